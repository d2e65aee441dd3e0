# What people bring along: a person from Letterboxd, IMDb and Trakt.

  $ cat >ratings.csv <<'.'
  > Date,Name,Year,Letterboxd URI,Rating
  > 2023-01-02,The Matrix,1999,https://boxd.it/2a,4.5
  > 2023-01-03,"Good, the Bad and the Ugly",1966,https://boxd.it/2c,4
  > 2023-01-04,Amélie,2001,https://boxd.it/2d,3.5
  > 2023-01-05,Blade Runer,1982,https://boxd.it/2e,4
  > 2023-01-05,A Film That Nobody Made,2019,https://boxd.it/2f,4
  > 2023-01-06,Heat,1995,https://boxd.it/2g,9
  > 2023-01-06,"Toy "Story,1995,https://boxd.it/2h,4
  > 2023-01-07,Se7en,1995,https://boxd.it/2i,4
  > .
  > matinee import ratings.csv --user anna --data built-in --store people.db
  Letterboxd: 6 titles
    found by title and year      4
    found by a title nearly so   1
    not found                    1
  Person anna
    ratings                      5
  Look whether these are right:
    ratings.csv:5: Blade Runer (1982) taken for Blade Runner (1982)
  Not found:
    ratings.csv:6: A Film That Nobody Made (2019)
  Could not be read:
    ratings.csv:7: "Rating" is not above 0 and up to 5
    ratings.csv:8: a quotation mark is not closed, or stands inside a field

  $ matinee import ratings.csv --user anna --data built-in --store people.db | tail -n +5 | head -2
  Person anna
    known already                5

  $ cat >imdb.csv <<'.'
  > Const,Your Rating,Date Rated,Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres
  > tt0114709,9,2020-05-01,Toy Story,u,Movie,8.3,81,1995,"Animation, Adventure"
  > tt0903747,10,2020-05-01,Breaking Bad,u,TV Series,9.5,49,2008,Crime
  > .
  > echo '[{"rated_at":"2014-09-01T09:10:11.000Z","rating":10,"movie":{"title":"TRON: Legacy","year":2010,"ids":{"imdb":"tt1104001","tmdb":20526}}},' >trakt.json
  > echo '{"broken":"' >>trakt.json
  > echo '},{"watched_at":"2014-03-31T09:28:53.000Z","movie":{"title":"The Dark Knight","year":2008,"ids":{"tmdb":155}}}]' >>trakt.json
  > matinee import imdb.csv trakt.json --user bob --data built-in --store people.db --json report.json
  > grep -E 'by_id|faults|line"' report.json
  IMDb: 2 titles
  Trakt: 2 titles
    found by id                  3
    series, episodes, games      1
  Person bob
    ratings                      2
    seen                         1
  Could not be read:
    trakt.json:2: unexpected newline near '"'
    "by_id": 3,
    "faults": 1,
        "line": 2,

# Libraries of Jellyfin, Plex and Kodi.

  $ echo '{"Items":[{"Name":"Heat","ProductionYear":1995,"Type":"Movie","ProviderIds":{"Imdb":"tt0113277"},"UserData":{"Played":true}}]}' >jellyfin.json
  > echo '<MediaContainer><Video type="movie" title="Alien" year="1979"><Guid id="imdb://tt0078748"/></Video></MediaContainer>' >plex.xml
  > mkdir films; echo '<movie><title>Fargo</title><year>1996</year><uniqueid type="tmdb">275</uniqueid></movie>' >films/fargo.nfo
  > matinee import jellyfin.json plex.xml films --data built-in --store people.db
  > matinee import plex.xml --replace --data built-in --store people.db --dry-run
  > matinee export library --store people.db --format csv
  Jellyfin: 1 title
  Plex: 1 title
  Kodi: 1 title
    found by id                  3
  Library: 3 films
  Plex: 1 title
    found by id                  1
  Library: 1 film
  item
  1214
  6
  608

# An export is read back as it was; a copy is a store.

  $ matinee export all --store people.db --out all.jsonl
  > matinee import all.jsonl --store again.db
  > matinee export all --store again.db | cmp - all.jsonl && wc -l <all.jsonl
  21 lines of an export
  21

  $ matinee export ratings --store people.db --format csv --out ratings-table.csv
  > matinee import ratings-table.csv --store third.db
  > matinee export ratings --store third.db | cmp - <(matinee export ratings --store people.db)
  8 lines of an export

  $ matinee backup copy.db --store people.db | sed 's/[0-9.]* [KM]iB/N MiB/'
  > matinee export all --store copy.db | cmp - all.jsonl
  copy.db: N MiB of 2 people, 8 ratings, 8 events

  $ matinee export ratings --store people.db --user bob
  {"type":"rating","person":"bob","item":"58559","kind":"view","time":1396258133}
  {"type":"rating","person":"bob","item":"82461","kind":"rating","value":5.0,"time":1409562611}
  {"type":"rating","person":"bob","item":"1","kind":"rating","value":4.5,"time":1588291200}

# A model's vectors.

  $ matinee train als model.factors=4 data.split.strategy=none seed=1 --out als.safetensors --quiet >/dev/null
  > matinee export vectors als.safetensors --out films.npy
  > head -c 6 films.npy | tail -c 5; echo
  films.npy: 9742 vectors of 4 numbers of als
  NUMPY

  $ matinee export vectors als.safetensors
  ! matinee: vectors go into a file: --out films.safetensors, or films.npy
  [2]

# What cannot be.

  $ head -c 3000 /dev/zero >zeroes; matinee import zeroes --store people.db
  ! matinee: zeroes: nothing in it is known; it may be an export of Letterboxd, IMDb, Trakt, Jellyfin, Plex, Kodi or Matinee
  [1]

  $ matinee import nowhere.csv --store people.db
  ! matinee: nowhere.csv: no such file or folder; check the path
  [1]

  $ matinee export all --format csv --store people.db
  ! matinee: a table has one kind of rows: name a part, or take lines of JSON for all
  [2]

  $ matinee export passwords --store people.db
  ! matinee: no part of the store is called "passwords"; there are all, people, ratings, events, items, library and erased
  [2]

  $ matinee import jellyfin.json --data nothing --store people.db
  ! matinee: nothing: no such file, folder or data set; `matinee data list` shows the names
  [1]

  $ matinee backup nowhere/there/copy.db --store none
  ! matinee: a store in memory has nothing to back up; `matinee serve --store FILE`
  [2]

# A name that is misspelt is no empty store.

  $ matinee backup copy2.db --store poeple.db
  ! matinee: poeple.db: there is no such store; --store names another, and the first `matinee serve` or `matinee import` makes one
  [1]

  $ matinee export all --store poeple.db; ls poeple.db copy2.db 2>&1 | wc -l
  2
  ! matinee: poeple.db: there is no such store; --store names another, and the first `matinee serve` or `matinee import` makes one
  [2]
