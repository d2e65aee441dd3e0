# Random search with successive halving on validation; the best settings are a recipe. The same
# command again has nothing left to do.

  $ words="item_knn data.max_ratings=40000 data.split.strategy=leave_one_out data.leave_one_out.num_val_items=3 model.k=log:5..200 model.shrinkage=0,10,100"
  > matinee sweep $words --trials 9 --out best.yaml 2>&1 | steady
  > echo "the same command again:"
  > matinee sweep $words --trials 9 2>&1 >/dev/null | awk '{ print $2 }' | sort | uniq -c | sed 's/^ *//'
  1/9 done model.k=10 model.shrinkage=100: ndcg@10 0.0089, N s
  2/9 done model.k=159 model.shrinkage=10: ndcg@10 0.0081, N s
  3/9 done model.k=23 model.shrinkage=10: ndcg@10 0.0063, N s
  4/9 done model.k=11 model.shrinkage=10: ndcg@10 0.0051, N s
  5/9 done model.k=38 model.shrinkage=0: ndcg@10 0.0037, N s
  6/9 done model.k=7 model.shrinkage=10: ndcg@10 0.0061, N s
  7/9 done model.k=14 model.shrinkage=100: ndcg@10 0.0120, N s
  8/9 done model.k=163 model.shrinkage=10: ndcg@10 0.0087, N s
  9/9 done model.k=67 model.shrinkage=10: ndcg@10 0.0091, N s
  10/12 done model.k=14 model.shrinkage=100: ndcg@10 0.0238, N s
  11/12 done model.k=67 model.shrinkage=10: ndcg@10 0.0208, N s
  12/12 done model.k=10 model.shrinkage=100: ndcg@10 0.0231, N s
    run  settings                        share  ndcg@10         hit_rate@10     recall@10          fit
    ──────────────────────────────────────────────────────────────────────────────────────────────────
     11  model.k=14 model.shrinkage=100         0.0238 ±0.0065  0.0960 ±0.0236  0.0370 ±0.0096  N s
     13  model.k=10 model.shrinkage=100         0.0231 ±0.0066  0.0877 ±0.0226  0.0331 ±0.0089  N s
     12  model.k=67 model.shrinkage=10          0.0208 ±0.0061  0.0861 ±0.0224  0.0320 ±0.0087  N s
      8  model.k=14 model.shrinkage=100   33 %  0.0120 ±0.0077  0.0542 ±0.0314  0.0181 ±0.0105  N s
     10  model.k=67 model.shrinkage=10    33 %  0.0091 ±0.0066  0.0443 ±0.0286  0.0148 ±0.0095  N s
      2  model.k=10 model.shrinkage=100   33 %  0.0089 ±0.0064  0.0394 ±0.0270  0.0164 ±0.0119  N s
      9  model.k=163 model.shrinkage=10   33 %  0.0087 ±0.0066  0.0394 ±0.0270  0.0131 ±0.0090  N s
      3  model.k=159 model.shrinkage=10   33 %  0.0081 ±0.0065  0.0345 ±0.0253  0.0115 ±0.0084  N s
      4  model.k=23 model.shrinkage=10    33 %  0.0063 ±0.0044  0.0394 ±0.0270  0.0131 ±0.0090  N s
      7  model.k=7 model.shrinkage=10     33 %  0.0061 ±0.0047  0.0345 ±0.0253  0.0115 ±0.0084  N s
      5  model.k=11 model.shrinkage=10    33 %  0.0051 ±0.0047  0.0246 ±0.0215  0.0082 ±0.0072  N s
      6  model.k=38 model.shrinkage=0     33 %  0.0037 ±0.0032  0.0246 ±0.0215  0.0082 ±0.0072  N s

  The best:
  # Found by matinee sweep on validation: the best of 9 points, ndcg@10 0.0238 there (seed 42).
  model: item_knn
  model.k: 14
  model.shrinkage: 100
  data.max_ratings: 40000
  data.split.strategy: leave_one_out
  data.leave_one_out.num_val_items: 3
  the same command again:
  12 kept

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

  $ matinee sweep item_knn model.k=5,10 --metric mrr@7
  ! matinee: --metric mrr@7 is not among what is measured; add evaluation.metrics=[mrr@7]
  [2]
