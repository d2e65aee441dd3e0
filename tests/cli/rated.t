# What a person gave beside what the model predicts, and models that predict nothing.

  $ matinee train svd data.split.strategy=none seed=1 --out svd.safetensors --quiet >/dev/null
  > matinee recommend svd.safetensors --user 1 --compare --top-k 3 | sed 's/[0-9.]* *[-+][0-9.]*$/.../; s/rmse [0-9.]*/rmse .../'
  > matinee train popularity --out popularity.safetensors --quiet >/dev/null
  > matinee recommend popularity.safetensors --user 1 --compare
  The last 3 of 232 ratings of user 1  (svd on ml-latest-small)

    film                                given  predicted  difference
    ────────────────────────────────────────────────────────────────
    ¡Three Amigos! (1986)                   4       ...
    Back to the Future Part III (1990)      4       ...
    20 Dates (1998)                         4       ...

    rmse ... over all 232; the model may have learnt from them.
  ! matinee: the model "popularity" predicts no ratings to hold beside the given ones; ask svd or another that does
  [1]

# It is of what was rated: wishes for a list are refused.

  $ for wish in '--genre Drama' '--prefer comedy=5' '--exclude 1' --strict '--diversity 0.5' --explain '--all --out lists.csv'; do matinee recommend svd.safetensors --user 1 --compare $wish || echo $?; done
  2
  2
  2
  2
  2
  2
  2
  ! matinee: --genre chooses among films for a list; --compare shows all that the person has rated: leave one of the two out
  ! matinee: --prefer chooses among films for a list; --compare shows all that the person has rated: leave one of the two out
  ! matinee: --exclude chooses among films for a list; --compare shows all that the person has rated: leave one of the two out
  ! matinee: --strict chooses among films for a list; --compare shows all that the person has rated: leave one of the two out
  ! matinee: --diversity chooses among films for a list; --compare shows all that the person has rated: leave one of the two out
  ! matinee: --explain chooses among films for a list; --compare shows all that the person has rated: leave one of the two out
  ! matinee: --compare is of one person, --all of everybody; leave one of them out
