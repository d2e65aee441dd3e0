# The vectors of texts. What is wrong with the words or the files is said in one line.

  $ matinee embed
  ! matinee: embed what? Either texts, or --file FILE, or --items DATA
  [2]

  $ matinee embed "a" --file lines.txt
  ! matinee: embed what? Either texts, or --file FILE, or --items DATA
  [2]

  $ matinee embed --items built-in
  ! matinee: --items needs --out FILE, a .safetensors or a .npy
  [2]

  $ matinee embed "a" --encoder nothing
  ! matinee: --encoder "nothing": expected auto|minilm|builtin, or the folder of a model
  [2]

  $ matinee embed "a" --precision f16
  ! matinee: --precision must be one of f32, bf16, int8, found "f16"; did you mean "bf16"?
  [2]

  $ MATINEE_MODELS= matinee embed "a" --encoder minilm
  ! matinee: the weights of minilm are not on this machine: neither in $MATINEE_MODELS/minilm nor in home/matinee/models/minilm
  [1]

  $ mkdir empty && matinee embed "a" --encoder empty
  ! matinee: empty/config.json: no such file; check the path
  [1]

  $ matinee embed --file missing.txt
  ! matinee: missing.txt: no such file; check the path
  [1]
