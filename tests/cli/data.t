# The built-in data set.

  $ matinee data info
  ml-latest-small
    source         built-in (movielens_csv)
    licence        may be passed on under the same conditions; no commercial use without permission (GroupLens)
    users          610
    films          9,742, of which 9,724 rated
    ratings        100,836
    sparsity       98.303 %
    per user       20 to 2,698, median 71, mean 165.3
    per film       up to 329, median 3, mean 10.4 of those rated
    values         0.5 to 5, mean 3.50
    time           1996-03-29 to 2018-09-24
    film years     1902 to 2018
    tags           3,683

    rating   count   share
    ──────────────────────
       0.5   1,370   1.4 %
         1   2,811   2.8 %
       1.5   1,791   1.8 %
         2   7,551   7.5 %
       2.5   5,550   5.5 %
         3  20,047  19.9 %
       3.5  13,136  13.0 %
         4  26,818  26.6 %
       4.5   8,551   8.5 %
         5  13,211  13.1 %

    genre        films  ratings  mean
    ─────────────────────────────────
    Action       1,828   30,635  3.45
    Adventure    1,263   24,161  3.51
    Animation      611    6,988  3.63
    Children       664    9,208  3.41
    Comedy       3,756   39,053  3.38
    Crime        1,199   16,681  3.66
    Documentary    440    1,219  3.80
    Drama        4,361   41,928  3.66
    Fantasy        779   11,834  3.49
    Film-Noir       87      870  3.92
    Horror         978    7,291  3.26
    IMAX           158    4,145  3.62
    Musical        334    4,138  3.56
    Mystery        573    7,674  3.63
    Romance      1,596   18,124  3.51
    Sci-Fi         980   17,243  3.46
    Thriller     1,894   26,452  3.49
    War            382    4,859  3.81
    Western        167    1,930  3.58

        most rated                                 ratings  mean
    ────────────────────────────────────────────────────────────
     1  Forrest Gump (1994)                            329  4.16
     2  Shawshank Redemption, The (1994)               317  4.43
     3  Pulp Fiction (1994)                            307  4.20
     4  Silence of the Lambs, The (1991)               279  4.16
     5  Matrix, The (1999)                             278  4.19
     6  Star Wars: Episode IV - A New Hope (1977)      251  4.23
     7  Jurassic Park (1993)                           238  3.75
     8  Braveheart (1995)                              237  4.03
     9  Terminator 2: Judgment Day (1991)              224  3.97
    10  Schindler's List (1993)                        220  4.22

  $ matinee data show --user 2 --rows 3
  ml-latest-small: user 2, up to 3 ratings (--rows)

    user    film  title                                                 rating  time
    ──────────────────────────────────────────────────────────────────────────────────────
       2     318  Shawshank Redemption, The (1994)                           3  2015-10-24
       2   79132  Inception (2010)                                           4  2015-10-24
       2  131724  The Jinx: The Life and Deaths of Robert Durst (2015)       5  2015-10-24

  $ matinee data show --user 611
  ! matinee: no user has the id "611" among the 610 of ml-latest-small
  [1]

  $ matinee data info --json - | sed -n 1,12p
  {
    "name": "ml-latest-small",
    "source": "built-in",
    "reader": "movielens_csv",
    "users": 610,
    "films": 9742,
    "rated_films": 9724,
    "ratings": 100836,
    "density": 0.0169682733,
    "sparsity": 0.983031727,
    "mean_rating": 3.50155698,
    "duplicates": 0,

# What may stand in a data file, and what may not: the file, the line, what was expected and found.

  $ matinee data info absent.csv
  ! matinee: absent.csv: no such file, folder or data set; `matinee data list` shows the names
  [1]

  $ : > empty.csv && matinee data info empty.csv
  ! matinee: empty.csv: the file is empty; expected MovieLens, NCF or graph benchmark files, or lines of user,item[,rating[,time]]
  [1]

  $ mkdir folder && matinee data info folder
  ! matinee: folder: no data set in it (looked at files: 0, folders: 0); expected MovieLens, NCF or graph benchmark files, or lines of user,item[,rating[,time]]
  [1]

  $ head -c 4096 /dev/zero | tr '\0' '\377' > junk.csv && matinee data info junk.csv
  ! matinee: junk.csv: not a data set: it begins with the bytes ff ff ff ff ff ff ff ff; expected MovieLens, NCF or graph benchmark files, or lines of user,item[,rating[,time]]
  [1]

  $ printf 'user,item,rating,time\n1,10,4,100\n1,11\n' > few.csv && matinee data info few.csv
  ! matinee: few.csv:3: expected 4 columns (as its first line names them), found 2 in "1,11"; repair or remove the line
  [1]

  $ printf '1,10,4,100\n1,11,nan,100\n' > nan.csv && matinee data info nan.csv
  ! matinee: nan.csv:2: expected a finite rating, found "nan"; repair or remove the line
  [1]

  $ printf '1,10,4,100\n1,11,1e999,100\n' > huge.csv && matinee data info huge.csv
  ! matinee: huge.csv:2: expected a finite rating, found "1e999"; repair or remove the line
  [1]

  $ printf '1,10,4,100\n1,11,4,-5\n' > negative.csv && matinee data info negative.csv
  ! matinee: negative.csv:2: expected a time that is not negative, found "-5"; repair or remove the line
  [1]

  $ (printf '1,10,4,100\n1,'; head -c 10000000 /dev/zero | tr '\0' 'x'; echo ',4,5') > long.csv && matinee data info long.csv
  ! matinee: long.csv:2: the line has more than 4194304 bytes; expected a text file with one record a line; is this the right file?
  [1]

  $ printf '1,10,4,100\n1,\377\376,4,100\n' > bytes.csv && matinee data info bytes.csv
  ! matinee: bytes.csv:2: expected an item id in UTF-8, found "??"; repair or remove the line
  [1]

  $ printf '1,10,4,100\n1,10,2,101\n2,10,3,7\n' > twice.csv && matinee data info twice.csv
  twice
    source         twice.csv (table)
    users          2
    items          1, of which 1 rated
    ratings        2
    sparsity       0.000 %
    per user       1 to 1, median 1, mean 1.0
    per item       up to 2, median 2, mean 2.0 of those rated
    values         2 to 3, mean 2.50
    time           1970-01-01 to 1970-01-01

    rating  count   share
    ─────────────────────
         2      1  50.0 %
         3      1  50.0 %

       most rated  ratings  mean
    ────────────────────────────
    1  10                2  2.50
  ! matinee: warning: twice.csv: left out 1 row whose pair of user and item comes again later
