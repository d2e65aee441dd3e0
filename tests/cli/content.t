# What is written of the films: a model by words alone (text.encoder=none needs no weights), films
# alike, titles misspelt, and films that nobody has rated yet.

  $ matinee train content text.encoder=none --out content.safetensors --quiet >/dev/null
  > matinee similar content.safetensors "toy stroy" --top-k 3
  Similar to Toy Story (1995)  (content on ml-latest-small)

       film                   genres                                           similarity
    ─────────────────────────────────────────────────────────────────────────────────────
    1  Antz (1998)            Adventure, Animation, Children, Comedy, Fantasy       0.280
    2  Monsters, Inc. (2001)  Adventure, Animation, Children, Comedy, Fantasy       0.280
    3  Wild, The (2006)       Adventure, Animation, Children, Comedy, Fantasy       0.280

  $ matinee recommend content.safetensors --user 1 --top-k 3 --explain
  3 films for user 1  (content on ml-latest-small; known user, 231 films)

       film               genres                                             score
    ──────────────────────────────────────────────────────────────────────────────
    1  Titan A.E. (2000)  Action, Adventure, Animation, Children, Sci-Fi  0.510429
       because you liked Gulliver's Travels (1939), Iron Giant, The (1999) and
       Rescuers, The (1977)
       Action, as 76 of the 199 films that you liked; well received
    2  Elektra (2005)     Action, Adventure, Crime, Drama                 0.510142
       because you liked Newton Boys, The (1998), Indiana Jones and the Last
       Crusade (1989) and Ghost and the Darkness, The (1996)
       Action, as 76 of the 199 films that you liked
    3  Spectre (2015)     Action, Adventure, Crime                        0.509962
       because you liked Indiana Jones and the Last Crusade (1989), Ghost and the
       Darkness, The (1996) and Highlander (1986)
       Action, as 76 of the 199 films that you liked

  $ matinee similar content.safetensors "star wars"
  ! matinee: no film has the id or title "star wars"; did you mean "Star Wars: Episode IV - A New Hope (1977)", "Star Wars: Episode V - The Empire Strikes Back (1980)" or "Star Wars: Episode VI - Return of the Jedi (1983)"?
  [1]

  $ matinee similar content.safetensors "qwertyuiop"
  ! matinee: no film has the id or title "qwertyuiop" among the 9742 that this model knows
  [1]

  $ for model in random popularity content; do matinee train $model data.split.strategy=cold_items evaluation.candidates=given evaluation.metrics=[recall@20] $([ $model = content ] && echo text.encoder=none) --no-save --quiet | grep recall; done
    recall@20  0.0291  0.0208 to 0.0374
    recall@20  0.0000  0.0000 to 0.0000
    recall@20  0.0335  0.0252 to 0.0417

  $ matinee train content model.text_weight=0 model.tfidf_weight=0
  ! matinee: model.text_weight and model.tfidf_weight are both 0: nothing is left to tell items by
  [2]

  $ matinee train item_knn text.encoder=none
  ! matinee: item_knn has no setting "text.encoder" (a setting of mlp, neumf, content, hybrid); matinee models item_knn lists its own
  [2]
