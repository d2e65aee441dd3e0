# config/ holds the very defaults of the tables, for every model.

  $ for model in $(matinee models --json - | sed -n 's/^      "name": "\(.*\)",$/\1/p'); do
  >     diff <(matinee train $model --cfg job) <(matinee train --config "$repository/config/config.yaml" model=$model --cfg job) || echo "config/model/$model.yaml is not what $model has"
  > done

# A group's file is chosen on the command line; data and model are settings as well.

  $ config=$repository/config/config.yaml
  > matinee train gmf --config "$config" data=ml-1m-ncf trainer=quick --cfg job | grep -E '^(model|data|trainer.max_epochs|evaluation.candidates):'
  model: gmf
  data: ml-1m-ncf
  evaluation.candidates: given
  trainer.max_epochs: 3

  $ matinee train --config "$repository/config/config.yaml" data=ml-1m --cfg job | grep -E '^data(.min_.*)?:'
  data: ml-1m
  data.min_rating: 4
  data.min_user_interactions: 10
  data.min_item_interactions: 10

  $ matinee train --config "$repository/config/config.yaml" trainer=absent --cfg job | sed -n 1p
  ! matinee: unknown setting "trainer"; `matinee models NAME` lists them
  [2]

# Every recipe is a job that could start.

  $ for file in "$repository"/config/recipes/*/*.yaml; do
  >     matinee train --config "$file" --cfg job >/dev/null || echo "$file"
  > done
