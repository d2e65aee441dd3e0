# What variety costs, by each method: no variety costs nothing, and more of it costs more relevance.

  $ matinee train popularity data.max_ratings=20000 --quiet --out some.safetensors >/dev/null
  > matinee evaluate some.safetensors --diversity 0,0.3,0.6 --quiet | sed -n '/variety/,/relevance/p'
  What variety costs (mmr), among all films, the same 604 people

    diversity  ndcg@10                   diversity@10  coverage@10  novelty@10  relevance kept

  $ for method in mmr calibrated new_genres popularity; do
  >     matinee evaluate some.safetensors --diversity 0,0.3,0.6 --diversity-method $method --quiet |
  >         sed -n '/relevance kept/,$p' | awk -v m=$method '/^ *0/ && NF == 9 { print m, $1, $NF }'
  > done
  mmr 0 1.0000
  mmr 0.3 0.9743
  mmr 0.6 0.8313
  calibrated 0 1.0000
  calibrated 0.3 0.9891
  calibrated 0.6 0.9397
  new_genres 0 1.0000
  new_genres 0.3 0.9021
  new_genres 0.6 0.9053
  popularity 0 1.0000
  popularity 0.3 1.0000
  popularity 0.6 1.0000

  $ matinee evaluate some.safetensors --diversity 2
  ! matinee: --diversity must be between 0 and 1, found "2"
  [2]

  $ matinee evaluate some.safetensors --diversity 0.5 --diversity-method random
  ! matinee: --diversity-method must be one of mmr, calibrated, new_genres, popularity, found "random"
  [2]
