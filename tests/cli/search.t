# Wishes in words: what is refused, before any encoder is asked for.

  $ matinee search
  ! matinee: search for what? matinee search "something funny, not animated"
  [2]

  $ matinee search "a funny film"
  ! matinee: no model in home/matinee/models; train one: matinee train item_knn
  [1]

  $ matinee search "a funny film" --genre-alpha nan
  ! matinee: --genre-alpha must be a number, found "nan"
  [2]

  $ matinee search "a funny film" --embed-alpha -1
  ! matinee: --embed-alpha must be between 0 and 100, found "-1"
  [2]

  $ matinee search "a funny film" --candidate-pool -1
  ! matinee: --candidate-pool must be between 0 and 4294967295, found "-1"
  [2]

  $ matinee search "a funny film" --precision int3
  ! matinee: --precision must be one of f32, bf16, int8, found "int3"; did you mean "int8"?
  [2]

  $ matinee train popularity data=built-in --out p.safetensors >/dev/null
  > matinee search p.safetensors "a funny film" --encoder nowhere
  ! ml-latest-small: 610 users, 9742 items; split leave_one_out: 99616 train, 610 validation, 610 test rows
  ! matinee: --encoder "nowhere": expected auto|minilm|builtin, or the folder of a model
  [2]

  $ matinee search p.safetensors "a funny film" --user nobody
  ! matinee: no user has the id "nobody" among the 610 of ml-latest-small
  [1]
