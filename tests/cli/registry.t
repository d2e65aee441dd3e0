# A version of MLflow's registry in place of a model file.

  $ matinee serve models:/evening/3
  ! matinee: models:/evening/3: where is the registry? expected the address of an MLflow server in --tracking-uri, MLFLOW_TRACKING_URI or .env, found none
  [2]

  $ matinee recommend models:/evening/3 --user 1 --tracking-uri ./mlruns
  ! matinee: models:/evening/3: where is the registry? expected the address of an MLflow server in --tracking-uri, MLFLOW_TRACKING_URI or .env, found ./mlruns
  [2]

  $ matinee similar models:/evening/latest 'Heat (1995)' logger.mlflow.tracking_uri=http://127.0.0.1:9
  ! matinee: models:/evening/latest: http://127.0.0.1:9/api/2.0/mlflow/registered-models/get-latest-versions: Couldn't connect to server
  [1]

  $ echo 'MLFLOW_TRACKING_URI=http://127.0.0.1:9/' >.env
  > matinee evaluate models:/evening/3
  ! matinee: models:/evening/3: http://127.0.0.1:9/api/2.0/mlflow/model-versions/get?name=evening&version=3: Couldn't connect to server
  [1]

  $ matinee index models:/evening
  ! matinee: models:/evening: expected models:/NAME/VERSION, models:/NAME/latest or models:/NAME@ALIAS
  [2]

  $ MODEL_PATH=models:/evening@best matinee recommend --user 1
  ! matinee: models:/evening@best: http://127.0.0.1:9/api/2.0/mlflow/registered-models/alias?name=evening&alias=best: Couldn't connect to server
  [1]
