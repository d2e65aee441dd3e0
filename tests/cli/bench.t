# What the benchmark of wishes refuses, before it asks anybody.

  $ matinee bench
  ! matinee: WHAT is missing; matinee bench --help shows the form
  [2]

  $ matinee bench recall
  ! matinee: matinee bench has search, but not "recall"
  [2]

  $ matinee bench search --part all
  ! matinee: --part must be one of validation, test, found "all"
  [2]

  $ matinee bench search --encoder nowhere
  ! matinee: --encoder "nowhere": expected auto|minilm|builtin, or the folder of a model
  [2]

  $ matinee bench search model.nothing=1 --encoder builtin
  ! matinee: unknown setting "model.nothing"; `matinee models NAME` lists them
  [2]
