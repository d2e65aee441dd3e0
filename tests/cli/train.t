# From ratings to recommendations with the built-in data. Settings are given where figures are, so
# that better defaults change nothing here.

  $ matinee train item_knn model.similarity=cosine model.weighting=none model.k=40 model.shrinkage=100 --out knn.safetensors --beside popularity --quiet | steady
  item_knn on ml-latest-small, split leave_one_out, fitted on train+validation, candidates all, seed 42, order-blind

    metric        item_knn        popularity      difference
    ───────────────────────────────────────────────────────────────
    precision@5   0.0062 ±0.0028  0.0052 ±0.0025  +0.0010     noise
    precision@10  0.0067 ±0.0020  0.0041 ±0.0016  +0.0026
    precision@20  0.0061 ±0.0013  0.0034 ±0.0010  +0.0026
    recall@5      0.0311 ±0.0138  0.0262 ±0.0127  +0.0049     noise
    recall@10     0.0672 ±0.0199  0.0410 ±0.0158  +0.0262
    recall@20     0.1213 ±0.0260  0.0689 ±0.0201  +0.0525
    ndcg@5        0.0202 ±0.0096  0.0143 ±0.0074  +0.0059     noise
    ndcg@10       0.0316 ±0.0106  0.0189 ±0.0079  +0.0127
    ndcg@20       0.0452 ±0.0113  0.0259 ±0.0085  +0.0193
    hit_rate@5    0.0311 ±0.0138  0.0262 ±0.0127  +0.0049     noise
    hit_rate@10   0.0672 ±0.0199  0.0410 ±0.0158  +0.0262
    hit_rate@20   0.1213 ±0.0260  0.0689 ±0.0201  +0.0525

    fit N s, evaluate N s, 397,066 parameters, peak memory N MiB
    Model file: knn.safetensors

  $ matinee evaluate knn.safetensors evaluation.k_values=[10] --quiet | steady
  item_knn on ml-latest-small, split leave_one_out, fitted on train+validation, candidates all, seed 42, order-blind

    metric         value  95 % interval
    ──────────────────────────────────────
    precision@10  0.0067  0.0047 to 0.0087
    recall@10     0.0672  0.0473 to 0.0871
    ndcg@10       0.0316  0.0211 to 0.0422
    hit_rate@10   0.0672  0.0473 to 0.0871

    evaluate N s, 397,066 parameters, peak memory N MiB
    Model file: knn.safetensors

  $ matinee train popularity evaluation.k_values=[10] --out popularity.safetensors --quiet | steady
  popularity on ml-latest-small, split leave_one_out, fitted on train+validation, candidates all, seed 42, order-blind

    metric         value  95 % interval
    ──────────────────────────────────────
    precision@10  0.0041  0.0025 to 0.0057
    recall@10     0.0410  0.0252 to 0.0568
    ndcg@10       0.0189  0.0110 to 0.0268
    hit_rate@10   0.0410  0.0252 to 0.0568

    fit N s, evaluate N s, 9,742 parameters, peak memory N MiB
    Model file: popularity.safetensors

  $ matinee train popularity evaluation.k_values=[10] --quiet --json - --out popularity.safetensors | sed -E 's/[0-9.e-]+(, *)?$/N\1/' | grep -oE '^ *"[a-z_]+"' | sort -u
        "best_epoch"
        "choices"
        "evaluate_seconds"
        "fit_seconds"
        "hit_rate"
        "interactions"
        "intervals"
        "items"
        "least"
        "metrics"
        "most"
        "ndcg"
        "precision"
        "recall"
        "seed"
        "shown"
      "data"
      "model"
      "seed"
      "seeds"
      "threads"
    "best_epoch"
    "candidates"
    "choices"
    "data"
    "data_checksum"
    "diversity"
    "epochs"
    "evaluate_seconds"
    "evolution"
    "fit_seconds"
    "fitted_on"
    "folds"
    "intervals"
    "metrics"
    "model"
    "model_file"
    "order_aware"
    "parameters"
    "peak_rss_bytes"
    "runs"
    "seed"
    "settings"
    "shown"
    "split"
    "threads"
    "users"

  $ matinee recommend knn.safetensors --user 1 --top-k 3
  3 films for user 1  (item_knn on ml-latest-small; known user, 231 films)

       film                               genres                                score
    ─────────────────────────────────────────────────────────────────────────────────
    1  Terminator 2: Judgment Day (1991)  Action, Sci-Fi                     0.999975
    2  Sixth Sense, The (1999)            Drama, Horror, Mystery             0.999963
    3  Aliens (1986)                      Action, Adventure, Horror, Sci-Fi  0.999960

  $ matinee recommend knn.safetensors --user 1 --top-k 3 --explain
  3 films for user 1  (item_knn on ml-latest-small; known user, 231 films)

       film                               genres                                score
    ─────────────────────────────────────────────────────────────────────────────────
    1  Terminator 2: Judgment Day (1991)  Action, Sci-Fi                     0.999975
       because you liked Jurassic Park (1993), Braveheart (1995) and Forrest Gump
       (1994)
       Action, as 76 of the 199 films that you liked; highly popular
    2  Sixth Sense, The (1999)            Drama, Horror, Mystery             0.999963
       because you liked Matrix, The (1999), Fight Club (1999) and Saving Private
       Ryan (1998)
       Drama, as 64 of the 199 films that you liked; highly popular
    3  Aliens (1986)                      Action, Adventure, Horror, Sci-Fi  0.999960
       because you liked Alien (1979), Star Wars: Episode V - The Empire Strikes
       Back (1980) and Terminator, The (1984)
       Action, as 76 of the 199 films that you liked; highly popular

  $ matinee recommend knn.safetensors --user 1 --top-k 3 --genre Horror --strict
  3 films for user 1  (item_knn on ml-latest-small; known user, 231 films)

       film                     genres                                score
    ───────────────────────────────────────────────────────────────────────
    1  Sixth Sense, The (1999)  Drama, Horror, Mystery             0.999963
    2  Aliens (1986)            Action, Adventure, Horror, Sci-Fi  0.999960
    3  Jaws (1975)              Action, Horror                     0.999795

  $ matinee recommend knn.safetensors --user 1 --top-k 3 --genre sci-fi --exclude-genre Action
  3 films for user 1  (item_knn on ml-latest-small; known user, 231 films)

       film                                       genres                        score
    ─────────────────────────────────────────────────────────────────────────────────
    1  2001: A Space Odyssey (1968)               Adventure, Drama, Sci-Fi   1.076064
    2  Twelve Monkeys (a.k.a. 12 Monkeys) (1995)  Mystery, Sci-Fi, Thriller  1.066554
    3  Sixth Sense, The (1999)                    Drama, Horror, Mystery     1.000000

  $ matinee recommend knn.safetensors --user 1 --top-k 2 --json -
  {
    "user_id": 1,
    "model": "item_knn",
    "basis": "known user",
    "tier": "many ratings",
    "popularity_share": 0.0,
    "recommendations": [
      {
        "item_id": 589,
        "title": "Terminator 2: Judgment Day (1991)",
        "genres": [
          "Action",
          "Sci-Fi"
        ],
        "rank": 1,
        "score": 0.999975264,
        "raw_score": 10.6061201
      },
      {
        "item_id": 2762,
        "title": "Sixth Sense, The (1999)",
        "genres": [
          "Drama",
          "Horror",
          "Mystery"
        ],
        "rank": 2,
        "score": 0.999963224,
        "raw_score": 10.2109737
      }
    ]
  }

  $ printf 'film,rating\n"Heat (1995)",5\nToy Story,4.5\n260,4\n' > mine.csv; matinee recommend knn.safetensors --ratings mine.csv --top-k 3
  3 films for somebody who rated the 3 films of mine.csv  (item_knn on ml-latest-small; ratings given, 3 films; popularity has 60 %)

       film                                                   genres                          score
    ───────────────────────────────────────────────────────────────────────────────────────────────
    1  Forrest Gump (1994)                                    Comedy, Drama, Romance, War  0.937138
    2  Twelve Monkeys (a.k.a. 12 Monkeys) (1995)              Mystery, Sci-Fi, Thriller    0.936411
    3  Star Wars: Episode V - The Empire Strikes Back (1980)  Action, Adventure, Sci-Fi    0.927032

  $ echo 1,nan > nan.csv; matinee recommend knn.safetensors --ratings nan.csv
  ! matinee: nan.csv:1: expected "film,rating", found "1,nan"
  [1]

  $ matinee recommend knn.safetensors --ratings mine.csv --prefer comedy=5 --top-k 3
  3 films for somebody who rated the 3 films of mine.csv  (item_knn on ml-latest-small; ratings given, 3 films; popularity has 60 %)

       film                       genres                             score
    ──────────────────────────────────────────────────────────────────────
    1  Forrest Gump (1994)        Comedy, Drama, Romance, War     1.137138
    2  Pulp Fiction (1994)        Comedy, Crime, Drama, Thriller  1.113553
    3  Back to the Future (1985)  Adventure, Comedy, Sci-Fi       1.041368

  $ matinee recommend knn.safetensors --prefer action=5,comedy=3 --top-k 3
  3 films for somebody who likes Action (5), Comedy (3)  (item_knn on ml-latest-small; genres given)

       film                                       genres                        score
    ─────────────────────────────────────────────────────────────────────────────────
    1  Matrix, The (1999)                         Action, Sci-Fi, Thriller   0.985779
    2  Star Wars: Episode IV - A New Hope (1977)  Action, Adventure, Sci-Fi  0.976999
    3  Braveheart (1995)                          Action, Drama, War         0.972068

  $ matinee recommend knn.safetensors --all --top-k 2 --out all.csv && head -3 all.csv && wc -l < all.csv
  all.csv: 610 users, 2 films each
  user_id,rank,item_id,score,title
  1,1,589,0.999975,Terminator 2: Judgment Day (1991)
  1,2,2762,0.999963,"Sixth Sense, The (1999)"
  1221

  $ matinee similar knn.safetensors "Toy Story" --top-k 3
  Similar to Toy Story (1995)  (item_knn on ml-latest-small)

       film                                       genres                               similarity
    ─────────────────────────────────────────────────────────────────────────────────────────────
    1  Forrest Gump (1994)                        Comedy, Drama, Romance, War               0.421
    2  Jurassic Park (1993)                       Action, Adventure, Sci-Fi, Thriller       0.406
    3  Star Wars: Episode IV - A New Hope (1977)  Action, Adventure, Sci-Fi                 0.403

  $ matinee similar knn.safetensors --item 1 --top-k 1 --json -
  {
    "item_id": 1,
    "model": "item_knn",
    "scale": "similarity",
    "similar_items": [
      {
        "item_id": 356,
        "title": "Forrest Gump (1994)",
        "genres": [
          "Comedy",
          "Drama",
          "Romance",
          "War"
        ],
        "similarity": 0.421276063
      }
    ]
  }

  $ matinee compare models=popularity,item_knn,random evaluation.k_values=[10] --quiet --out results | steady | sed -E 's/0\.[0-9]{4} ±0\.[0-9]{4} [*≈ ]/FIGURES/g'
  ml-latest-small, split leave_one_out, fitted on train+validation, candidates all, seed 42, order-blind

    model       ndcg@10           hit_rate@10       recall@10         precision@10         fit
    ──────────────────────────────────────────────────────────────────────────────────────────
    item_knn    FIGURES  FIGURES  FIGURES  FIGURES  N s
    popularity  FIGURES  FIGURES  FIGURES  FIGURES  N s
    random      FIGURES  FIGURES  FIGURES  FIGURES  N s

    ± is half a 95 % interval over users. * best of its column; ≈ not to be told
    from the best (paired tests over users, 5 % for a column together, Holm).

  $ ls results && cut -d, -f1-2 results/comparison.csv
  comparison.csv
  comparison.md
  item_knn.safetensors
  popularity.safetensors
  random.safetensors
  model,status
  item_knn,done
  popularity,done
  random,done

# The newest model of the data folder is used when no file is named.

  $ matinee train popularity --quiet > /dev/null && matinee recommend --user 1 --top-k 1
  1 film for user 1  (popularity on ml-latest-small; known user, 231 films)

       film                              genres           score
    ───────────────────────────────────────────────────────────
    1  Shawshank Redemption, The (1994)  Crime, Drama  0.626304

  $ matinee models | tail -4
    ──────────────────────────────────────────────────────────────────────────────
    popularity  ml-latest-small  train+validation  popularity-built-in.safetensors

  The files lie in home/matinee/models.

# Unknown people, films, genres; files that are not what they should be.

  $ matinee recommend knn.safetensors
  ! matinee: for whom? --user ID, --ratings FILE or --prefer GENRE=N
  [2]

  $ matinee recommend knn.safetensors --user 611
  ! matinee: no user has the id "611" among the 610 of ml-latest-small
  [1]

  $ matinee recommend knn.safetensors --user 1 --ratings mine.csv
  ! matinee: --user and --ratings name two histories; give one of them
  [2]

  $ matinee recommend knn.safetensors --user 1 --genre Hrror
  ! matinee: no genre is called "Hrror"; did you mean "Horror"?
  [1]

  $ matinee recommend knn.safetensors --user 1 --genre Nouvelle
  ! matinee: no genre is called "Nouvelle"; there are Action, Adventure, Animation, Children, Comedy, Crime, Documentary, Drama, Fantasy, Film-Noir, Horror, IMAX, Musical, Mystery, Romance, Sci-Fi, Thriller, War, Western
  [1]

  $ matinee recommend knn.safetensors --prefer comedy=9
  ! matinee: --prefer must be GENRE=N with N between 1 and 5, found "comedy=9"
  [2]

  $ matinee recommend knn.safetensors --ratings absent.csv
  ! matinee: absent.csv: no such file; check the path
  [1]

  $ printf 'Heat (1995),5\nHaet (1995),4\n' > typo.csv; matinee recommend knn.safetensors --ratings typo.csv
  ! matinee: typo.csv:2: no film has the id or title "Haet (1995)"; did you mean "Heat (1995)" or "Hate (Haine, La) (1995)"?
  [1]

  $ printf 'Heat (1995),5\nToy Story,nan\n' > nan.csv; matinee recommend knn.safetensors --ratings nan.csv
  ! matinee: nan.csv:2: expected "film,rating", found "Toy Story,nan"
  [1]

  $ printf 'Heat (1995),55\n' > large.csv; matinee recommend knn.safetensors --ratings large.csv
  ! matinee: large.csv:1: a rating must be between 0 and 5, found 55
  [1]

  $ : > empty.csv; matinee recommend knn.safetensors --ratings empty.csv
  ! matinee: empty.csv: expected lines of "film,rating", found none
  [1]

  $ matinee similar knn.safetensors "Toy Stroy (1995)"
  Similar to Toy Story (1995)  (item_knn on ml-latest-small)

        film                                                   genres                                                similarity
    ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
     1  Forrest Gump (1994)                                    Comedy, Drama, Romance, War                                0.421
     2  Jurassic Park (1993)                                   Action, Adventure, Sci-Fi, Thriller                        0.406
     3  Star Wars: Episode IV - A New Hope (1977)              Action, Adventure, Sci-Fi                                  0.403
     4  Pulp Fiction (1994)                                    Comedy, Crime, Drama, Thriller                             0.396
     5  Independence Day (a.k.a. ID4) (1996)                   Action, Adventure, Sci-Fi, Thriller                        0.396
     6  Shawshank Redemption, The (1994)                       Crime, Drama                                               0.380
     7  Star Wars: Episode VI - Return of the Jedi (1983)      Action, Adventure, Sci-Fi                                  0.380
     8  Mission: Impossible (1996)                             Action, Adventure, Mystery, Thriller                       0.367
     9  Lion King, The (1994)                                  Adventure, Animation, Children, Drama, IMAX, Musical       0.366
    10  Star Wars: Episode V - The Empire Strikes Back (1980)  Action, Adventure, Sci-Fi                                  0.362

  $ matinee similar knn.safetensors --item 999999999
  ! matinee: no film has the id or title "999999999" among the 9742 that this model knows
  [1]

  $ matinee recommend knn.safetensors --all
  ! matinee: --all needs a file to write: --out FILE
  [2]

# Model files that are broken, of another version, of other data.

  $ head -c 100000 knn.safetensors > short.safetensors; matinee recommend short.safetensors --user 1
  ! matinee: short.safetensors: tensor 'movies.genres': its data lie outside the file, which is truncated; save or fetch it again
  [1]

  $ sed 's/"version":"1"/"version":"9"/' knn.safetensors > other.safetensors; matinee recommend other.safetensors --user 1
  ! matinee: other.safetensors: is of format version 9, this program reads version 1; train the model again
  [1]

  $ head -c 5000 /dev/zero > zero.safetensors; matinee recommend zero.safetensors --user 1
  ! matinee: zero.safetensors: not a safetensors file (a model file of matinee): its header is not a JSON object
  [1]

  $ matinee recommend mine.csv --user 1
  ! matinee: mine.csv: not a safetensors file (a model file of matinee): its first eight bytes are no length of a header
  [1]

  $ mkdir own && printf '1,1,4,1\n1,2,4,2\n1,3,4,3\n2,1,3,1\n2,2,3,2\n2,4,3,3\n3,1,3,1\n3,5,3,2\n3,2,3,3\n' > own/r.csv && matinee train popularity data=own/r.csv --out own.safetensors --quiet >/dev/null && matinee evaluate own.safetensors
  ! matinee: own.safetensors was fitted on a data set called r, which is not found by that name; data=PATH says where it lies
  [1]

  $ matinee evaluate own.safetensors data=own/r.csv --quiet | sed -n 1p
  popularity on r, split leave_one_out, fitted on train+validation, candidates all, seed 42, order-blind

  $ printf '4,1,4,1\n' >> own/r.csv && matinee evaluate own.safetensors data=own/r.csv
  ! matinee: own.safetensors was fitted on other data than own/r.csv: expected r of 3 users and 5 items with checksum cd97368df2c9, found 4 users, 5 items, bea6486e84f7; data=PATH names the right data set
  [1]

  $ matinee train popularity trainer.final_fit=true --out final.safetensors --quiet >/dev/null; matinee evaluate final.safetensors
  ! matinee: final.safetensors was fitted on everything, the test too: nothing is left to measure it with; train without trainer.final_fit
  [1]

# A full disk while saving: the old file survives.

  $ cp popularity.safetensors old.safetensors; cp old.safetensors kept.safetensors; (ulimit -f 100; matinee train popularity --out kept.safetensors --quiet); cmp old.safetensors kept.safetensors && ls kept*
  kept.safetensors
  ! matinee: cannot write kept.safetensors: File too large; make room and try again; the old file is unchanged

  $ matinee train popularity --out absent/deep/model.safetensors --quiet >/dev/null && ls absent/deep
  ! matinee: cannot write absent/deep/model.safetensors: No such file or directory
  [1]

  $ matinee train popularity --out mine.csv/model.safetensors --quiet
  ! matinee: cannot write mine.csv/model.safetensors: Not a directory
  [1]

# One user only; nobody left to test.

  $ printf '1,1,4,1\n1,2,4,2\n1,3,4,3\n' > one.csv; matinee train popularity data=one.csv --quiet
  ! matinee: one.csv: all 3 interactions are of one user (1); to learn who likes what takes at least two; is the first column the user?
  [1]

  $ printf '1,1,4,1\n2,2,4,2\n3,3,4,3\n' > single.csv; matinee train popularity data=single.csv --quiet
  ! matinee: data set single: the split leave_one_out leaves no user with a test item (3 users, 3 interactions, at most 1 of one user); use more data or another data.split.strategy
  [1]

  $ matinee train popularity data.min_rating=6 --quiet
  ! matinee: ml-latest-small: nothing to learn from is left: of 100836 interactions 0 have a rating of at least 6, 0 are in the sample, 0 are in the core of 0 for users and 0 for items (0 users); lower data.min_rating or the minimum numbers of interactions
  [2]
