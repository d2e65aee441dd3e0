# Wrong words: one line that says what to do, exit code 2.

  $ matinee recomend
  ! matinee: unknown command "recomend"; did you mean "recommend"?
  [2]

  $ matinee qqqq
  ! matinee: unknown command "qqqq"; matinee --help lists them
  [2]

  $ matinee help serv
  ! matinee: unknown command "serv"; did you mean "serve"?
  [2]

  $ matinee recommend --topk 3
  ! matinee: unknown option "--topk"; did you mean "--top-k"?
  [2]

  $ matinee recommend --user 1 --top-k 0
  ! matinee: --top-k must be between 1 and 1000, found "0"
  [2]

  $ matinee recommend --user 1 --top-k -1
  ! matinee: --top-k must be between 1 and 1000, found "-1"
  [2]

  $ matinee recommend --user 1 --top-k 1e9
  ! matinee: --top-k must be between 1 and 1000, found "1e9"
  [2]

  $ matinee recommend --user 1 --top-k abc
  ! matinee: --top-k must be an integer, found "abc"
  [2]

  $ matinee recommend --user 1 --top-k
  ! matinee: --top-k needs a value: --top-k N
  [2]

  $ TOP_K=none matinee recommend --user 1
  ! matinee: $TOP_K: --top-k must be an integer, found "none"
  [2]

  $ matinee recommend --user 1 --diversity 2
  ! matinee: --diversity must be between 0 and 1, found "2"
  [2]

  $ matinee recommend --frobnicate
  ! matinee: unknown option "--frobnicate"; --help lists them
  [2]

  $ matinee recommend a b
  ! matinee: "b" is one word too many; matinee recommend --help shows the form
  [2]

  $ matinee similar
  ! matinee: similar to which film? --item ID or a title
  [2]

  $ matinee similar --item 1 "Toy Story"
  ! matinee: Toy Story: no such file; check the path
  [1]

  $ matinee data
  ! matinee: list|info|show|get is missing; matinee data --help shows the form
  [2]

  $ matinee data lst
  ! matinee: matinee data has list, info, show and get, but not "lst"
  [2]

  $ matinee data get
  ! matinee: NAME is missing: matinee data get NAME; matinee data list names them
  [2]

  $ matinee data get ml-1n
  ! matinee: no data set is called "ml-1n"; did you mean "ml-1m"? matinee data list names them
  [1]

  $ matinee completion
  ! matinee: SHELL is missing; matinee completion --help shows the form
  [2]

  $ matinee completion fish
  ! matinee: the shell must be bash or zsh, found "fish"
  [2]

  $ matinee train --cfg all
  ! matinee: --cfg must be one of job, found "all"
  [2]

  $ matinee train popularity --beside nope
  ! matinee: unknown model "nope"; `matinee models` lists them
  [2]

  $ matinee train popularity --json /nonexistent/x.json
  ! matinee: cannot write /nonexistent/x.json: No such file or directory
  [1]

  $ matinee compare models=popularity --json /nonexistent/x.json
  ! matinee: cannot write /nonexistent/x.json: No such file or directory
  [1]

  $ matinee train one two
  ! matinee: "two" is one word too many; matinee train --help shows the form
  [2]

  $ matinee man --markdown page
  ! matinee: --markdown must be one of models, settings, routes, found "page"
  [2]

# Without a model there is nothing to recommend: exit code 1.

  $ matinee recommend --user 1
  ! matinee: no model in home/matinee/models; train one: matinee train item_knn
  [1]

  $ matinee serve
  ! matinee: no model in home/matinee/models; train one: matinee train item_knn
  [1]

  $ matinee serve --data ml-100k
  ! matinee: no model of ml-100k in home/matinee/models; train one: matinee train item_knn data=ml-100k
  [1]

  $ mkdir empty && matinee serve --model-dir empty
  ! matinee: empty: there are no model files (*.safetensors)
  [1]

  $ echo damaged > empty/damaged.safetensors; matinee serve --model-dir empty
  ! matinee: warning: left out: empty/damaged.safetensors: not a safetensors file (a model file of matinee): its first eight bytes are no length of a header
  ! matinee: empty: none of its model files can be served; train one: matinee train item_knn --out empty/item_knn.safetensors
  [1]

  $ matinee recommend absent.safetensors --user 1
  ! matinee: absent.safetensors: no such file; check the path
  [1]

# A full disk behind standard output is noticed.

  $ matinee models > /dev/full
  ! matinee: standard output: No space left on device
  [1]

  $ matinee train popularity --beside popularity
  ! matinee: popularity beside popularity is the same model twice
  [2]

  $ matinee recommend --user 1 --out list.csv
  ! matinee: --out is where --all writes; one person's list: --json FILE
  [2]

  $ matinee data get built-in
  ! matinee: built-in is in the program already: data=built-in, or no data= at all
  [2]
