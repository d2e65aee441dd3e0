# Every combination, each a process of its own; what is done is not done again.

  $ matinee train item_knn data.max_ratings=5000 model.k=5,10 model.shrinkage=0,100 --multirun 2>&1 | steady
  1/4 done model.k=5 model.shrinkage=0: ndcg@10 0.0036, N s
  2/4 done model.k=5 model.shrinkage=100: ndcg@10 0.0013, N s
  3/4 done model.k=10 model.shrinkage=0: ndcg@10 0.0023, N s
  4/4 done model.k=10 model.shrinkage=100: ndcg@10 0.0019, N s
    run  settings                        ndcg@10         hit_rate@10     recall@10          fit
    ───────────────────────────────────────────────────────────────────────────────────────────
      2  model.k=5 model.shrinkage=0     0.0036 ±0.0036  0.0084 ±0.0082  0.0084 ±0.0082  N s
      4  model.k=10 model.shrinkage=0    0.0023 ±0.0026  0.0063 ±0.0071  0.0063 ±0.0071  N s
      5  model.k=10 model.shrinkage=100  0.0019 ±0.0029  0.0042 ±0.0058  0.0042 ±0.0058  N s
      3  model.k=5 model.shrinkage=100   0.0013 ±0.0026  0.0021 ±0.0041  0.0021 ±0.0041  N s

  $ matinee train item_knn data.max_ratings=5000 model.k=5,10,20 model.shrinkage=0,100 --multirun --jobs 2 2>&1 >/dev/null | sed 's/^[0-9/]* //; s/:.*//' | sort
  done model.k=20 model.shrinkage=0
  done model.k=20 model.shrinkage=100
  kept model.k=10 model.shrinkage=0
  kept model.k=10 model.shrinkage=100
  kept model.k=5 model.shrinkage=0
  kept model.k=5 model.shrinkage=100

# Lists stand in brackets; one that fails does not stop the rest.

  $ matinee train mlp data.max_ratings=3000 trainer.max_epochs=1 model.mlp_layers='[16,8]','[32,16,8]' trainer.learning_rate=0.01 --multirun --quiet --json points.json | steady
  > grep -E '"model.mlp_layers"' points.json | sort
    run  settings                    ndcg@10         hit_rate@10     recall@10          fit
    ───────────────────────────────────────────────────────────────────────────────────────
     10  model.mlp_layers=[16,8]     0.0026 ±0.0052  0.0026 ±0.0052  0.0026 ±0.0052  N s
     11  model.mlp_layers=[32,16,8]  0.0000 ±0.0000  0.0000 ±0.0000  0.0000 ±0.0000  N s
          "model.mlp_layers": "[16,8]",
          "model.mlp_layers": "[32,16,8]",

  $ matinee train popularity data.max_ratings=3000 evaluation.min_relevant=1,6 --multirun 2>/dev/null | steady
    run  settings                   ndcg@10         hit_rate@10     recall@10          fit
    ──────────────────────────────────────────────────────────────────────────────────────
     13  evaluation.min_relevant=1  0.0034 ±0.0039  0.0080 ±0.0091  0.0080 ±0.0091  N s
         evaluation.min_relevant=6                                                  failed
         failed: evaluation.min_relevant=6 leaves no user with a test item: none
         of 379 held-out ratings reaches it

# Settings that are wrong are found before anything is started.

  $ matinee train item_knn model.k=5,0 --multirun
  ! matinee: model.k must be between 1 and 100000, found "0"
  [2]

  $ matinee train item_knn model.k=5..10 --multirun
  ! matinee: model.k: a range has points without number; list values, or use matinee sweep
  [2]

  $ matinee train item_knn model.k=5,,10 --multirun
  ! matinee: model.k=5,,10: nothing stands between two commas
  [2]

# Killed in the middle, it goes on; model files are where they are wanted.

  $ export TMPDIR=$PWD
  > words="gmf data.max_ratings=5000 trainer.max_epochs=4 trainer.learning_rate=0.001,0.002,0.003 --multirun --out models"
  > : >log
  > "$program" train $words >/dev/null 2>log &
  > while ! grep -q '^1/3' log; do sleep 0.02; done
  > kill -KILL $!; wait $! 2>/dev/null
  > matinee train $words 2>&1 >/dev/null | sed -n 's/: .*//; 1p'
  > ls models/*.safetensors | wc -l
  > ls -d matinee-trials-* 2>/dev/null || echo "nothing is left lying about"
  1/3 kept trainer.learning_rate=0.001
  3
  nothing is left lying about
