# Settings: from the command line, from files, and what is wrong with them.

  $ matinee train itemknn
  ! matinee: unknown model "itemknn"; did you mean "item_knn"?
  [2]

  $ matinee train item_knn model.kk=3
  ! matinee: unknown setting "model.kk"; did you mean "model.k"?
  [2]

  $ matinee train item_knn model.k=0
  ! matinee: model.k must be between 1 and 100000, found "0"
  [2]

  $ matinee train item_knn model.similarity=cosin
  ! matinee: model.similarity must be one of cosine, asymmetric, tversky, adjusted_cosine, pearson, pearson_baseline, msd, found "cosin"; did you mean "cosine"?
  [2]

  $ matinee train item_knn model.k
  ! matinee: "model.k" is one word too many; matinee train --help shows the form
  [2]

  $ matinee train item_knn trainer.max_epoch=3
  ! matinee: item_knn has no setting "trainer.max_epoch"; matinee models item_knn lists its own
  [2]

  $ matinee train gmf trainer.max_epoch=3
  ! matinee: unknown setting "trainer.max_epoch"; did you mean "trainer.max_epochs"?
  [2]

  $ matinee train popularity model.kk=3
  ! matinee: popularity has no setting "model.kk"; matinee models popularity lists its own
  [2]

  $ matinee compare models=popularity,item_knn model.kk=3
  ! matinee: none of the models could be compared: unknown setting "model.kk"; did you mean "model.k"?
  [2]

# Several values for one are --multirun's.

  $ matinee train als model.reg=0.01,0.1
  ! matinee: model.reg must be one value, found "0.01,0.1"; --multirun trains with each of them
  [2]

  $ matinee train item_knn model.similarity=cosine,pearson
  ! matinee: model.similarity must be one value, found "cosine,pearson"; --multirun trains with each of them
  [2]

  $ matinee train random model.k=3
  ! matinee: random has no setting "model.k" (a setting of item_knn, user_knn, slim, spectral, rp3beta); matinee models random lists its own
  [2]

  $ matinee train item_knn model=ease
  ! matinee: item_knn and model=ease name two models; leave one of them out
  [2]

  $ matinee train item_knn data=
  ! matinee: data is empty; data=NAME or a path, or leave it out for the built-in data
  [2]

  $ matinee train item_knn =3
  ! matinee: "=3" is one word too many; matinee train --help shows the form
  [2]

  $ matinee train item_knn seed=abc
  ! matinee: seed must be an integer, found "abc"
  [2]

  $ matinee train item_knn device=cuda
  ! matinee: device=cuda: this program computes on the CPU; device=cpu or auto
  [2]

  $ matinee train gmf trainer.mixed_precision=true
  ! matinee: trainer.mixed_precision=true: this build trains in f32, single precision; leave it false
  [2]

  $ printf 'model: gmf\ntrainer:\n  mixed_precision: true\n  max_epochs: 1\n' >half.yaml
  > matinee train --config half.yaml data.max_ratings=3000 --quiet --no-save >/dev/null
  ! matinee: warning: trainer.mixed_precision is not there; this build trains in f32, single precision

  $ matinee train item_knn data=ml-1n
  ! matinee: ml-1n: no such file, folder or data set; did you mean "ml-1m"?; `matinee data list` shows the names
  [1]

  $ matinee train item_knn data.split.strategy=leave
  ! matinee: data.split.strategy must be one of auto, given, leave_one_out, random, temporal, cold_items, folds, none, found "leave"
  [2]

  $ matinee compare
  ! matinee: which models? models=a,b,c or models=all
  [2]

  $ matinee compare models=
  ! matinee: models is empty; models=a,b,c or models=all
  [2]

# What one of the models knows is no mistake for the others; a model is compared once.

  $ matinee compare models=random,popularity,random model.method=damped_mean evaluation.k_values=[10] evaluation.metrics=[ndcg] --quiet | steady
  ml-latest-small, split leave_one_out, fitted on train+validation, candidates all, seed 42, order-blind

    model       ndcg@10              fit
    ────────────────────────────────────
    popularity  0.0078 ±0.0057 *  N s
    random      0.0000 ±0.0000    N s

    ± is half a 95 % interval over users. * best of its column; ≈ not to be told
    from the best (paired tests over users, 5 % for a column together, Holm).

  $ matinee compare models=item_knn,popularty
  ! matinee: unknown model "popularty"; did you mean "popularity"?
  [2]

# A file: nested maps, dotted keys and flat names are the same; the command line has the last word.

  $ printf 'model: {name: item_cf, k: 7}\nseed: 3\nevaluation: {k_values: [5, 10]}\n' > a.yaml

  $ matinee train --config a.yaml --cfg job | grep -E '^(model|model.k|seed|evaluation.k_values):'
  model: item_knn
  seed: 3
  evaluation.k_values: [5,10]
  model.k: 7

  $ matinee train --config a.yaml model.k=9 --cfg job | grep -E '^model.k:'
  model.k: 9

  $ matinee train popularity --config a.yaml --cfg job
  ! matinee: a.yaml:1: popularity has no setting "model.k" (a setting of item_knn, user_knn, slim, spectral, rp3beta); matinee models popularity lists its own
  [2]

  $ CONFIG_PATH=a.yaml matinee train --cfg job | grep -E '^model.k:'
  model.k: 7

  $ printf 'seed: 3\n\nmodel.kk: 4\n' > b.yaml && matinee train --config b.yaml
  ! matinee: b.yaml:3: unknown setting "model.kk"; did you mean "model.k"?
  [2]

  $ printf 'seed: 3\nseed: 4\n' > c.yaml && matinee train --config c.yaml
  ! matinee: c.yaml:2: "seed" stands twice in one map, first in line 1
  [1]

  $ printf 'seed: [1\n' > d.yaml && matinee train --config d.yaml
  ! matinee: d.yaml:2: not YAML: did not find expected ',' or ']' while parsing a flow sequence
  [1]

  $ printf 'defaults: [absent]\n' > e.yaml && matinee train --config e.yaml
  ! matinee: e.yaml:1: defaults name "absent", but there is no absent.yaml beside this file or in a folder above it
  [1]

  $ matinee train --config absent.yaml
  ! matinee: absent.yaml: no such file; check the path
  [1]

  $ printf 'device: cuda\ndata: absent\n' > f.yaml && matinee train --config f.yaml
  ! matinee: warning: device cuda is not there; going on with the CPU
  ! matinee: absent: no such file, folder or data set; `matinee data list` shows the names
  [1]

  $ printf 'project_name: p\npaths.output_dir: out/${project_name}/${model}\nmodel: ease\n' > g.yaml && matinee train --config g.yaml --cfg job | grep -E '^paths.output_dir'
  paths.output_dir: out/p/ease

# The flat names of other programs' files.

  $ printf 'model: ncf\nlr: 0.005\nbatch_size: 1024\nepochs: 5\nK: 10\nemb_dim_gmf: 32\nemb_dim_mlp: 64\nmlp_layers: [128, 64]\ngenre_proj_dim: 16\nneg_per_pos: 4\nweight_decay: 0\nmin_rating: 4\nseed: 42\ndevice: cpu\n' > flat.yaml

  $ matinee train --config flat.yaml --cfg job | grep -E '^(model|seed|evaluation.k_values|model.(mf|mlp|genre)_.*|model.num_negatives|data.min_rating|trainer.(max_epochs|batch_size|learning_rate|weight_decay)):'
  model: neumf
  seed: 42
  evaluation.k_values: [10]
  model.mf_dim: 32
  model.mf_weights: learned
  model.mlp_dim: 64
  model.mlp_layers: [128,64]
  model.genre_dim: 16
  model.num_negatives: 4
  data.min_rating: 4
  trainer.max_epochs: 5
  trainer.batch_size: 1024
  trainer.learning_rate: 0.005
  trainer.weight_decay: 0
