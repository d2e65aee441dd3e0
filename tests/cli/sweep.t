# Random search with successive halving on validation; the best settings are a recipe. The same
# command again has nothing left to do.

  $ words="item_knn data.split.strategy=leave_one_out data.leave_one_out.num_val_items=3 model.k=log:5..200 model.shrinkage=0,10,100"
  > matinee sweep $words --trials 9 --out best.yaml 2>&1 | steady
  > echo "the same command again:"
  > matinee sweep $words --trials 9 2>&1 >/dev/null | awk '{ print $2 }' | sort | uniq -c | sed 's/^ *//'
  1/9 done model.k=10 model.shrinkage=100: ndcg@10 0.0628, N s
  2/9 done model.k=159 model.shrinkage=10: ndcg@10 0.0426, N s
  3/9 done model.k=23 model.shrinkage=10: ndcg@10 0.0694, N s
  4/9 done model.k=11 model.shrinkage=10: ndcg@10 0.0588, N s
  5/9 done model.k=38 model.shrinkage=0: ndcg@10 0.0513, N s
  6/9 done model.k=7 model.shrinkage=10: ndcg@10 0.0666, N s
  7/9 done model.k=14 model.shrinkage=100: ndcg@10 0.0578, N s
  8/9 done model.k=163 model.shrinkage=10: ndcg@10 0.0422, N s
  9/9 done model.k=67 model.shrinkage=10: ndcg@10 0.0514, N s
  10/12 done model.k=23 model.shrinkage=10: ndcg@10 0.0572, N s
  11/12 done model.k=7 model.shrinkage=10: ndcg@10 0.0574, N s
  12/12 done model.k=10 model.shrinkage=100: ndcg@10 0.0514, N s
  13/13 done model.k=7 model.shrinkage=10: ndcg@10 0.0503, N s
    run  settings                        share  ndcg@10         hit_rate@10     recall@10          fit
    ──────────────────────────────────────────────────────────────────────────────────────────────────
     14  model.k=7 model.shrinkage=10           0.0503 ±0.0105  0.1738 ±0.0302  0.0716 ±0.0136  N s
     12  model.k=7 model.shrinkage=10     33 %  0.0574 ±0.0198  0.1823 ±0.0536  0.0821 ±0.0263  N s
     11  model.k=23 model.shrinkage=10    33 %  0.0572 ±0.0201  0.1823 ±0.0536  0.0788 ±0.0257  N s
     13  model.k=10 model.shrinkage=100   33 %  0.0514 ±0.0197  0.1478 ±0.0492  0.0722 ±0.0261  N s
      4  model.k=23 model.shrinkage=10    11 %  0.0694 ±0.0393  0.2059 ±0.0986  0.0980 ±0.0523  N s
      7  model.k=7 model.shrinkage=10     11 %  0.0666 ±0.0421  0.1912 ±0.0959  0.0882 ±0.0495  N s
      2  model.k=10 model.shrinkage=100   11 %  0.0628 ±0.0369  0.1912 ±0.0959  0.0931 ±0.0519  N s
      5  model.k=11 model.shrinkage=10    11 %  0.0588 ±0.0356  0.1912 ±0.0959  0.0833 ±0.0470  N s
      8  model.k=14 model.shrinkage=100   11 %  0.0578 ±0.0351  0.1912 ±0.0959  0.0833 ±0.0470  N s
     10  model.k=67 model.shrinkage=10    11 %  0.0514 ±0.0338  0.1471 ±0.0864  0.0686 ±0.0431  N s
      6  model.k=38 model.shrinkage=0     11 %  0.0513 ±0.0380  0.1324 ±0.0826  0.0735 ±0.0500  N s
      3  model.k=159 model.shrinkage=10   11 %  0.0426 ±0.0287  0.1324 ±0.0826  0.0490 ±0.0320  N s
      9  model.k=163 model.shrinkage=10   11 %  0.0422 ±0.0285  0.1324 ±0.0826  0.0490 ±0.0320  N s

  The best:
  # Found by matinee sweep on validation: the best of 9 points, ndcg@10 0.0503 there (seed 42).
  model: item_knn
  model.k: 7
  model.shrinkage: 10
  data.split.strategy: leave_one_out
  data.leave_one_out.num_val_items: 3
  the same command again:
  13 kept

  $ matinee train --config best.yaml --cfg job | grep -E '^(model|data.split.strategy|data.leave_one_out.num_val_items|evaluation.part):'
  model: item_knn
  evaluation.part: test
  data.split.strategy: leave_one_out
  data.leave_one_out.num_val_items: 3

# Models that are trained by gradients are given epochs.

  $ matinee sweep gmf data.max_ratings=4000 trainer.max_epochs=9 trainer.learning_rate=log:1e-3..1e-1 --trials 3 --quiet --json - | grep -E '"(trainer.max_epochs|share)"' | sort | uniq -c | sed 's/^ *//'
  3         "trainer.max_epochs": "3"
  3       "share": 0.333333333,
  1       "share": 1.0,

# A small product is tried whole, and a budget of time ends it.

  $ matinee sweep item_knn data.max_ratings=5000 model.k=5,10 --method random --quiet | awk '/^ *[0-9]+ .*model.k/ { print $2 }' | sort
  model.k=10
  model.k=5

  $ matinee sweep gmf trainer.max_epochs=100000 trainer.early_stopping.enabled=false trainer.learning_rate=0.01,0.02 --method random --budget 1s --quiet
  ! matinee: nothing came to an end in the time given
  [1]

# What it does not do.

  $ matinee sweep item_knn model.k=5,10 evaluation.part=test
  ! matinee: evaluation.part: a sweep measures on validation and never reads the test; leave it out
  [2]

  $ matinee sweep item_knn model.k=5
  ! matinee: nothing to look for: name a setting with values or a range, as in model.k=10,20,40 or model.k=log:5..200
  [2]

  $ matinee sweep item_knn model.k=5,10 --budget soon
  ! matinee: --budget: expected a time such as 90s, 10m or 2h, found "soon"
  [2]

  $ matinee sweep item_knn model.k=5,10 --metric ndgc@10
  ! matinee: unknown metric "ndgc"; did you mean "ndcg"?
  [2]
