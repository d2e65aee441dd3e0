# New ratings for a model that is there: what is learnt, what is passed over and why.

  $ matinee train eals seed=1 --out eals.safetensors --quiet >/dev/null
  > printf 'userId,movieId,rating,timestamp\n1,5,4,2000000000\n1,1,3,2000000001\nzoe,1,5,2000000000\nzoe,999999,4,2000000001\nzoe,7,9,2000000002\nzoe,1,4,2000000003\n' >new.csv
  > matinee update eals.safetensors --ratings new.csv --out next.safetensors
  > matinee recommend next.safetensors --user zoe --top-k 3
  next.safetensors: 2 of 6 rows learnt, of 2 users, 1 of them new
    1 passed over: of films that the model does not know
    1 passed over: the person has the film already
    1 passed over: rated outside 0.5 to 5, the scale of the fit
    1 passed over: the same person and film come again further down
  3 films for user zoe  (eals on ml-latest-small; known user, 1 film; popularity has 60 %)

       film                         genres                                                   score
    ──────────────────────────────────────────────────────────────────────────────────────────────
    1  Aladdin (1992)               Adventure, Animation, Children, Comedy, Musical       0.928640
    2  Beauty and the Beast (1991)  Animation, Children, Fantasy, IMAX, Musical, Romance  0.915896
    3  Jurassic Park (1993)         Action, Adventure, Sci-Fi, Thriller                   0.895867

# In place; one person is enough, and a second time there is nothing to learn.

  $ printf 'zoe,2,4\nzoe,3,3.5\n' >more.csv
  > matinee update next.safetensors --ratings more.csv
  > matinee update next.safetensors --ratings more.csv
  next.safetensors: 2 of 2 rows learnt, of 1 user
  next.safetensors: 0 of 2 rows learnt; the model is as it was
    2 passed over: the person has the film already

# Somebody new to popularity and als as well.

  $ for model in popularity als; do matinee train $model seed=1 --out $model.safetensors --quiet >/dev/null; matinee update $model.safetensors --ratings new.csv | head -n 1; done
  popularity.safetensors: 2 of 6 rows learnt, of 2 users, 1 of them new
  als.safetensors: 2 of 6 rows learnt, of 2 users, 1 of them new

# What was learnt may be the test: such a file is not measured.

  $ matinee evaluate next.safetensors
  ! matinee: next.safetensors has learnt rows since its fit, perhaps those of the test; measure the model from before its update
  [1]

# What cannot be is refused, and the file is as it was.

  $ matinee update eals.safetensors
  ! matinee: which rows? --ratings FILE, with lines of user,film[,rating[,time]]
  [2]

  $ matinee train ease data.max_ratings=5000 --out ease.safetensors --quiet >/dev/null
  > matinee update ease.safetensors --ratings new.csv
  ! matinee: ease.safetensors: ease does not learn row by row; train it again on all the data, or take one that does: popularity, svd, svdpp, als, eals, gmf, mlp, neumf, bpr, content
  [2]

  $ printf 'zoe,2\n' >bare.csv
  > matinee update eals.safetensors --ratings bare.csv
  ! matinee: bare.csv: has no ratings, or all are 1; eals.safetensors was fitted on ratings from 0.5 to 5
  [1]

  $ before=$(sha256sum <eals.safetensors)
  > (ulimit -f 100; trap '' XFSZ; matinee update eals.safetensors --ratings new.csv) 2>&1 | sed 's/: [^:]*$//'
  > [[ $before == $(sha256sum <eals.safetensors) ]] && echo "as it was"
  matinee: cannot write eals.safetensors
  as it was

# Films that are new, where the rows' files tell of them.

  $ mkdir new; printf 'userId,movieId,rating,timestamp\n1,900001,5,2000000000\n2,900001,4,2000000000\n3,900002,4,2000000000\n' >new/ratings.csv
  > printf 'movieId,title,genres\n900001,Tomorrow (2031),Comedy\n' >new/movies.csv
  > matinee update eals.safetensors --ratings new --out next.safetensors
  > matinee update eals.safetensors --ratings new --out next.safetensors --all-films
  > matinee similar next.safetensors --item 900001 --top-k 1 | sed -n 1p
  next.safetensors: 2 of 3 rows learnt, of 2 users, and of 1 new film
    1 passed over: of films that wait for the next training
  next.safetensors: 3 of 3 rows learnt, of 3 users, and of 2 new films
  Similar to Tomorrow (2031)  (eals on ml-latest-small)
