# Every training is kept, with its settings, epochs and figures.

  $ train() { matinee train "$@" data.max_ratings=5000 --quiet; }
  > train popularity >/dev/null
  > train gmf trainer.max_epochs=6 trainer.eval_every_n_epochs=1 experiment_name=evening run_name='first try' --out first.safetensors >/dev/null
  > train item_knn model.k=7 --no-save >/dev/null
  > train item_knn --no-save --no-record >/dev/null
  > train random logger.use_store=false --no-save >/dev/null
  > matinee runs list | sed -E 's/[0-9]{4}-[0-9-]+ [0-9:]+/WHEN/' | steady
    run  status  model       data             name       figure             fit  started
    ─────────────────────────────────────────────────────────────────────────────────────────────
      3  done    item_knn    ml-latest-small             ndcg@10 0.0019  N s  WHEN
      2  done    gmf         ml-latest-small  first try  ndcg@10 0.0038  N s  WHEN
      1  done    popularity  ml-latest-small             ndcg@10 0.0061  N s  WHEN

  $ matinee runs list --experiment evening --json - | grep -E '"(run|model|name|kind)":'
        "run": 2,
        "kind": "train",
        "name": "first try",
        "model": "gmf",

  $ matinee runs show 1 | steady | grep -vE 'started|machine'
  Run 1 popularity: done on ml-latest-small
    experiment  built-in
    split       leave_one_out
    candidates  all
    version     0.1.0
    model file  home/matinee/models/popularity-built-in.safetensors
    cost        fit N s, evaluate N s, peak memory N MiB

    metric         value  95 % interval
    ──────────────────────────────────────
    precision@5   0.0008  0.0000 to 0.0020
    precision@10  0.0017  0.0005 to 0.0028
    precision@20  0.0014  0.0006 to 0.0021
    recall@5      0.0042  0.0000 to 0.0100
    recall@10     0.0167  0.0052 to 0.0283
    recall@20     0.0272  0.0126 to 0.0418
    ndcg@5        0.0016  0.0000 to 0.0039
    ndcg@10       0.0061  0.0019 to 0.0103
    ndcg@20       0.0088  0.0040 to 0.0136
    hit_rate@5    0.0042  0.0000 to 0.0100
    hit_rate@10   0.0167  0.0052 to 0.0283
    hit_rate@20   0.0272  0.0126 to 0.0418

    setting              value          default
    ───────────────────────────────────────────
    data                 built-in
    data.max_ratings     5000           0
    data.split.strategy  leave_one_out  auto

  To repeat it: matinee train popularity data=built-in data.max_ratings=5000 data.split.strategy=leave_one_out

  $ matinee runs compare 1 3 | steady | head -n 4 | sed -E 's/ +/ /g; s/─+/─/g'
   1 popularity 3 item_knn
   ─
   status done done
   model popularity item_knn

  $ matinee runs plot 2
              loss, by epoch
      0.5034 │⠑⠢⡀
             │  ⠈⠑⢄⡀
             │     ⠈⠢⢄
             │        ⠑⠢⡀
      0.3824 │          ⠈⠑⢄⡀
             │             ⠈⠑⠒⠢⠤⢄⣀
             │                    ⠉⠉⠒⠒⠤⠤⣀⡀
             │                           ⠈⠉⠑⠒⠢⠤⢄⣀⡀
      0.2613 │                                   ⠈⠉⠑⠒⠢⠤⣀⡀
             │                                          ⠈⠉⠑⠒⠤⢄⣀
             │                                                 ⠉⠉⠒⠢⠤⢄⣀⣀⡀
      0.1706 │                                                         ⠈⠉⠉⠒⠒⠢⠤⠤⢄⣀
             └───────────────────────────────────────────────────────────────────
              1                                                                 6

              validation, by epoch
    0.005098 │                                                               ⣀⠤⠒⠉
             │                                                           ⣀⠤⠒⠉
             │                                                       ⣀⠤⠒⠉
             │                                          ⢀⣀⣀⣀⣀⠤⠤⠤⠤⠒⠒⠒⠉
    0.003244 │                                 ⢀⣀⡠⠤⠔⠒⠊⠉⠉⠁
             │                          ⢀⡠⠤⠔⠒⠊⠉⠁
             │                      ⢀⡠⠔⠊⠁
             │                   ⣀⠔⠊⠁
     0.00139 │               ⣀⠤⠒⠉
             │          ⢀⡠⠤⠒⠉
             │     ⣀⡠⠔⠒⠉⠁
           0 │⣀⠤⠔⠊⠉
             └───────────────────────────────────────────────────────────────────
              1                                                                 6

  $ LC_ALL=C matinee runs plot 2 | head -n 3
              loss, by epoch
      0.5034 |**
             |  **

# A run is repeated from its file: the same bytes.

  $ matinee runs show 2 --yaml again.yaml
  > grep -E '^(model|trainer.max_epochs|experiment_name):' again.yaml
  > matinee train --config again.yaml --out again.safetensors --quiet >/dev/null
  > cmp first.safetensors again.safetensors && echo "the same bytes"
  model: gmf
  trainer.max_epochs: 6
  experiment_name: evening
  the same bytes

# What was set otherwise than by default, and the command that makes the same bytes again.

  $ matinee runs show 2 | sed -n '/^ *setting/,$p'
    setting                          value          default
    ───────────────────────────────────────────────────────
    data                             built-in
    model.mf_dim                     32             8
    model.reg_mf                     0.02           -1
    model.mf_weights                 fixed          learned
    model.num_negatives              8              4
    model.init_deviation             0.1            0.01
    data.max_ratings                 5000           0
    data.split.strategy              leave_one_out  auto
    trainer.max_epochs               6              20
    trainer.learning_rate            0.006          0.001
    trainer.scheduler.name           step           none
    trainer.scheduler.factor         0.88           0.5
    trainer.early_stopping.patience  5              10
    trainer.eval_every_n_epochs      1              5
    experiment_name                  evening
    run_name                         first try

  To repeat it: matinee train gmf data=built-in model.mf_dim=32 model.reg_mf=0.02 model.mf_weights=fixed model.num_negatives=8 model.init_deviation=0.1 data.max_ratings=5000 data.split.strategy=leave_one_out trainer.max_epochs=6 trainer.learning_rate=0.006 trainer.scheduler.name=step trainer.scheduler.factor=0.88 trainer.early_stopping.patience=5 trainer.eval_every_n_epochs=1 experiment_name=evening 'run_name=first try'

  $ matinee runs show 2 --all | sed -n '/^ *setting/,$p' | grep -E '^ *(model|seed|trainer.max_epochs) '
    model                              gmf                               gmf
    seed                               42                                42
    trainer.max_epochs                 6                                 20

  $ eval "$(matinee runs show 2 --json - | sed -n 's/ *"command": "\(.*\)",*$/\1/p') --out typed.safetensors --quiet --no-record" >/dev/null
  > cmp first.safetensors typed.safetensors && echo "the same bytes"
  the same bytes

# A loss that explodes says where, and what to try.

  $ matinee train gmf data.max_ratings=5000 trainer.optimizer.name=sgd trainer.learning_rate=100 trainer.max_epochs=5 --no-save --no-record --quiet
  ! matinee: gmf: the loss exploded in epoch 2, step 518: the training diverged; try trainer.learning_rate=10 (now 100), trainer.gradient_clip.enabled=true or a larger trainer.batch_size
  [1]

# One that fails, one that is stopped, one that is killed.

  $ matinee train gmf data.max_ratings=5000 trainer.optimizer.name=sgd trainer.learning_rate=100 trainer.max_epochs=3 model.loss_type=mse --no-save --quiet >/dev/null
  > "$program" train gmf trainer.max_epochs=1000 data.max_ratings=20000 trainer.early_stopping.enabled=false --quiet --out stopped >/dev/null 2>&1 &
  > while [[ ! -s stopped.checkpoint ]]; do sleep 0.02; done
  > kill -INT $!; wait $!
  > "$program" train gmf trainer.max_epochs=1000 data.max_ratings=20000 trainer.early_stopping.enabled=false --quiet --out killed >/dev/null 2>&1 &
  > while [[ ! -s killed.checkpoint ]]; do sleep 0.02; done
  > kill -KILL $!; wait $! 2>/dev/null
  > matinee runs list --limit 3 | awk '{ print $1, $2, $3 }' | sed 1,2d
  > matinee runs show last --json - | grep -c '"epoch":' | awk '{ print ($1 > 0 ? "epochs are kept" : "no epochs") }'
  7 killed gmf
  6 cancelled gmf
  5 failed gmf
  epochs are kept
  ! matinee: gmf: the loss is no longer a number in epoch 1, step 7: the training diverged; try trainer.learning_rate=10 (now 100), trainer.gradient_clip.enabled=true or a larger trainer.batch_size

  $ matinee runs rm 1 3
  > matinee runs show 1
  2 removed; model files stay where they are.
  ! matinee: there is no run 1; matinee runs list shows them
  [1]

# A run in the place of a served file; what was there stays a version.

  $ matinee train popularity --out served.safetensors --quiet >/dev/null
  > matinee train popularity model.damping=5 --out other.safetensors --quiet >/dev/null
  > matinee runs promote last --file served.safetensors
  > cmp served.safetensors other.safetensors && ls served.safetensors.versions
  > matinee runs promote 8 --file served.safetensors
  > matinee runs show 8 --json - | grep -c 'served.safetensors.versions/1.safetensors'
  served.safetensors is what run 9 made: version 2. A server that runs reads it with SIGHUP or POST /api/admin/reload.
  1.safetensors
  2.safetensors
  served.safetensors is what run 8 made: version 1. A server that runs reads it with SIGHUP or POST /api/admin/reload.
  1

  $ matinee runs promote 8
  ! matinee: one run, and the model file that it is to replace: matinee runs promote 8 --file FILE
  [2]

  $ matinee runs promote 7 --file served.safetensors
  ! matinee: run 7 has left no model file
  [1]

# A store that cannot be used costs a warning.

  $ head -c 5000 /dev/zero | tr '\0' x >damaged.db
  > matinee train popularity --store damaged.db --no-save --quiet | sed -n 1p
  popularity on ml-latest-small, split leave_one_out, fitted on train+validation, candidates all, seed 42, order-blind
  ! matinee: warning: this run is not kept in the store of runs: damaged.db: file is not a database; it is damaged or something else: move it away, and a new one is made

  $ matinee runs list --store none.db
  ! matinee: no run is kept yet (there is no none.db); matinee train item_knn makes one
  [1]

  $ matinee runs show x
  ! matinee: "x" is no run: expected its number in matinee runs list, or last
  [2]

  $ matinee runs peek
  ! matinee: unknown action "peek"; expected list, show, compare, plot, promote or rm
  [2]

# Files for trackers.

  $ matinee train gmf data.max_ratings=5000 --quiet trainer.max_epochs=2 trainer.eval_every_n_epochs=1 logger.use_csv=true logger.use_tensorboard=true logger.save_dir=logs --no-save --no-record >/dev/null
  > find logs -type f | sed -E 's/tfevents.*/tfevents.N/' | sort
  > sed -E 's/(epoch_seconds|fit_seconds|evaluate_seconds),.*/\1,N/' logs/*/gmf/metrics.csv | head -n 8
  logs/built-in/gmf/events.out.tfevents.N
  logs/built-in/gmf/metrics.csv
  logs/built-in/gmf/settings.yaml
  step,name,value
  1,train/loss,0.503429641
  1,epoch_seconds,N
  1,ndcg_at_10,0
  2,train/loss,0.360196319
  2,epoch_seconds,N
  2,ndcg_at_10,0.00111574236
  2,final_precision_at_5,0

# Keys that people of this field type.

  $ matinee train model=gmf model.mf_dim=128 trainer.max_epochs=100 trainer.early_stopping.patience=20 trainer.early_stopping.metric=ndcg@10 evaluation.k_values=[5,10,20] evaluation.metrics=[precision,recall,ndcg,hit_rate] data.min_rating=4 experiment_name=a run_name=b device=cpu trainer.scheduler.name=constant --cfg job | grep -E '^(model|model.mf_dim|trainer.max_epochs|trainer.early_stopping.(patience|monitor)|trainer.scheduler.name|data.min_rating|experiment_name|run_name|device):'
  model: gmf
  model.mf_dim: 128
  data.min_rating: 4
  trainer.max_epochs: 100
  trainer.scheduler.name: constant
  trainer.early_stopping.patience: 20
  trainer.early_stopping.monitor: ndcg@10
  experiment_name: a
  run_name: b
  device: cpu

  $ matinee train popularity experiment_name='${model}-${env:YEAR,2026}' run_name='${project_name} ${seed}' --cfg job | grep _name
  > [[ $(matinee train popularity run_name='${now:%Y-%m}' --cfg job | sed -n 's/^run_name: //p') == $(date +%Y-%m) ]] && echo "the month"
  project_name: matinee
  experiment_name: popularity-2026
  run_name: "matinee 42"
  logger.mlflow.experiment_name: ""
  logger.mlflow.run_name: ""
  the month

  $ printf 'defaults:\n  - base\n  - _self_\nrun_name: own\nmodel: gmf\n' >job.yaml
  > printf 'run_name: base\nexperiment_name: base\ntrainer: {max_epochs: 1}\ndata: {max_ratings: 3000}\npaths: {checkpoint_dir: checks, output_dir: there}\ntrainer.checkpoint.keep: true\n' >base.yaml
  > matinee train --config job.yaml --quiet --no-record >/dev/null
  > matinee train --config job.yaml --cfg job | grep -E '^(run|experiment)_name'
  > ls there checks
  experiment_name: base
  run_name: own
  checks:
  gmf-built-in.safetensors.checkpoint
  gmf-built-in.safetensors.checkpoint-epoch1

  there:
  gmf-built-in.safetensors

# device, memory.

  $ matinee train popularity device=cuda
  ! matinee: device=cuda: this program computes on the CPU; device=cpu or auto
  [2]

  $ printf 'device: mps\n' >mps.yaml
  > matinee train popularity --config mps.yaml --cfg job | grep '^device'
  device: mps
  ! matinee: warning: device mps is not there; going on with the CPU

  $ matinee train ease model.form=primal --max-memory 200MB --no-save --no-record --quiet 2>&1 | sed -E 's/[0-9]+ MB/N MB/g'
  matinee: the matrix of ease needs N MB, and N MB are free: use fewer items (data.min_item_interactions), or another model
  [1]

  $ matinee train popularity max_memory=lots
  ! matinee: max_memory: expected an amount of memory such as 500MB or 4GB, found "lots"
  [2]
