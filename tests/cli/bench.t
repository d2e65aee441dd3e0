# What the benchmark of wishes refuses, before it asks anybody.

  $ matinee bench
  ! matinee: WHAT is missing; matinee bench --help shows the form
  [2]

  $ matinee bench recall
  ! matinee: matinee bench has search and serve, but not "recall"
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

# A server in this process, asked over the loopback.

  $ matinee bench serve --synthetic 500x8 --seconds 0.2 --connections 2 --json - | tr -d ' \n' | grep -o '"what":"[a-z,AM R]*"\|"failed":0'
  "what":"recommend"
  "failed":0
  "what":"genre,exclude,MMR"
  "failed":0
  "what":"similar"
  "failed":0

  $ matinee bench serve --synthetic 500x8 --seconds 0.3 --rate 100 | head -1
  500 films, 5000 people; 16 connections, server and client on this machine

  $ matinee bench serve --synthetic many
  ! matinee: --synthetic "many": expected FILMSxNUMBERS, such as 62423x64
  [2]
