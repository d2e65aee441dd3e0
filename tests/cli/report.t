# Runs beside each other, as a page, as Markdown and as CSV.

  $ for model in popularity item_knn; do
  >     matinee train $model data.max_ratings=5000 --evolution 1,2,3 --quiet --no-save --json $model.json >/dev/null
  > done
  > matinee report 1 last --out out
  > grep -cE '<h2>(Figures|How popular what is shown is|Cold start: ndcg@10|Costs)</h2>' out/report.html
  > grep -cE 'src=|href=|https?:' out/report.html
  out/report.html
  out/report.md
  out/report.csv
  4
  0
  [1]

  $ matinee report 1 2 --markdown - | grep -vE 'fit, s|memory'
  ml-latest-small, leave_one_out, candidates all

  | metric | 1 popularity | 2 item_knn |
  |---|---|---|
  | precision@5 | **0.0008** ±0.0012 | 0.0004 ±0.0008 |
  | precision@10 | **0.0017** ±0.0012 | 0.0004 ±0.0006 |
  | precision@20 | **0.0014** ±0.0007 | 0.0004 ±0.0004 |
  | recall@5 | **0.0042** ±0.0058 | 0.0021 ±0.0041 |
  | recall@10 | **0.0167** ±0.0115 | 0.0042 ±0.0058 |
  | recall@20 | **0.0272** ±0.0146 | 0.0084 ±0.0082 |
  | ndcg@5 | **0.0016** ±0.0022 | 0.0013 ±0.0026 |
  | ndcg@10 | **0.0061** ±0.0042 | 0.0019 ±0.0029 |
  | ndcg@20 | **0.0088** ±0.0048 | 0.0030 ±0.0032 |
  | hit_rate@5 | **0.0042** ±0.0058 | 0.0021 ±0.0041 |
  | hit_rate@10 | **0.0167** ±0.0115 | 0.0042 ±0.0058 |
  | hit_rate@20 | **0.0272** ±0.0146 | 0.0084 ±0.0082 |

  ± is half a 95 % interval over users; bold is the best of its row.

  $ matinee report popularity.json --csv - | head -n 3
  run,model,data,split,candidates,metric,value,low,high
  popularity.json,popularity,ml-latest-small,leave_one_out,all,precision@5,0.00083682,0,0.0019983
  popularity.json,popularity,ml-latest-small,leave_one_out,all,precision@10,0.00167364,0.000519501,0.00282778

  $ matinee report 2
  > ls report.html
  report.html
  report.html

  $ matinee report 7
  ! matinee: there is no run 7; matinee runs list shows them
  [1]

  $ echo '[]' >list.json
  > matinee report list.json
  ! matinee: list.json: expected a report as matinee train --json writes it: it is no object
  [1]

# The cold-start curve of a model file.

  $ matinee train item_knn --out model.safetensors --quiet >/dev/null
  > matinee evaluate model.safetensors --evolution 10,1,3,1 | sed -n '/After/,/fitted/p'
  After so many ratings, tested on the next five; the same 610 people

    ratings  precision@10    recall@10       ndcg@10         hit_rate@10
    ───────────────────────────────────────────────────────────────────────
          1  0.1293 ±0.0127  0.2587 ±0.0253  0.2312 ±0.0234  0.5311 ±0.0397
          3  0.1159 ±0.0113  0.2318 ±0.0226  0.2174 ±0.0220  0.5131 ±0.0398
         10  0.1236 ±0.0104  0.2472 ±0.0208  0.2087 ±0.0183  0.6066 ±0.0389
    The model was fitted on rows of these people: compare points, not with other

  $ matinee evaluate model.safetensors --evolution 9999
  ! matinee: --evolution: nobody in ml-latest-small has 9999 interactions and 5 more to be found; the longest history has 2698
  [1]
