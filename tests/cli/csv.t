# Everybody's list as CSV: ids and titles are quoted where they must be.

  $ printf '%s\n' user,item,rating,time '"a, b",x,5,1' '"a, b","y, ""z""",4,2' 'c,x,3,1' 'c,w,2,2' 'd,w,4,1' > ratings.csv; matinee train popularity data=ratings.csv split=none --out model.safetensors --quiet > /dev/null; matinee recommend model.safetensors --all --top-k 1 --out lists.csv
  lists.csv: 3 users, 1 films each

  $ cat lists.csv
  user_id,rank,item_id,score,title
  "a, b",1,w,0.660756,w
  c,1,"y, ""z""",0.58257,"y, ""z"""
  d,1,x,0.660756,x
