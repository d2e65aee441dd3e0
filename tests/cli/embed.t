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

# The built-in encoder needs nothing.

  $ printf 'a heist film\r\nbank robbers\n\n[SEP] caf\xe9' >lines.txt
  > MATINEE_MODELS= matinee embed --file lines.txt
  > MATINEE_MODELS= matinee embed --json - --file - <lines.txt | grep -v '\.[0-9]' | head -24
  > MATINEE_MODELS= matinee embed --file lines.txt --out lines.npy
  > head -c 80 lines.npy | tail -c 70
  > MATINEE_MODELS= matinee embed --items built-in --out films.safetensors
  > MATINEE_MODELS= matinee embed --items built-in --out films.safetensors
  > matinee embed "a" --encoder builtin --out /nowhere/at/all.npy
  builtin, vectors of 128 numbers (--out FILE or --json FILE has them)

    text          tokens  to the first
    ──────────────────────────────────
    a heist film       6         1.000
    bank robbers       4         0.123
                       2         0.000
    [SEP] caf�         4         0.028
  {
    "encoder": "builtin",
    "embeddings": [
      {
        "text": "a heist film",
        "ids": [
          101,
          1037,
          2002,
          2923,
          2143,
          102
        ],
        "embedding": [
        ]
      },
      {
        "text": "bank robbers",
        "ids": [
          101,
          2924,
          28019,
          102
        ],
  lines.npy: 4 vectors of 128 numbers by builtin
  {'descr': '<f4', 'fortran_order': False, 'shape': (4, 128), }         films.safetensors: 9742 vectors of 128 numbers by builtin
  films.safetensors has the vectors of these 9742 texts by builtin already
  ! matinee: cannot write /nowhere/at/all.npy: No such file or directory
  [1]
