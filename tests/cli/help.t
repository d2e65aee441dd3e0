# What every page of help says.

  $ matinee
  Matinee recommends films: it reads ratings, trains models, measures them
  honestly and serves the answers.

  Usage
    matinee COMMAND [WORDS] [OPTIONS]

  Commands
    data        list, describe, show and download data sets
    train       fit a model, measure it, keep it
    evaluate    measure a trained model again
    update      teach a trained model new ratings without training it again
    compare     several models on one split, and which differences are noise
    sweep       find settings on validation, under a budget of time
    runs        what was trained: settings, figures, curves
    report      runs as a page: figures, curves, costs, settings
    recommend   films for one person
    similar     films similar to one
    search      films for a wish in plain words
    embed       vectors of texts, by the sentence encoder
    index       an index of a model's film vectors, for large catalogues
    models      what can be trained, and what has been trained
    bench       how well wishes find films, how fast requests are answered
    serve       answer over HTTP
    experiments
                A/B experiments over served models, and what came of them
    import      ratings, libraries and exports from elsewhere
    export      what people did, or a model's vectors, as files
    backup      a copy of the store while it is in use
    keys        keys that callers of the API show
    health      whether a server answers
    completion  a completion script for bash or zsh
    man         the manual page
    help        what matinee, or one of its commands, can do

  Options
    --version   version, kernels in use, built-in data
    --help      this page; matinee COMMAND --help says everything about one
                command

  First steps
    matinee train item_knn              a model of the built-in data, with its figures
    matinee recommend --user 1 --explain
    matinee serve

  $ matinee --version | sed 's/^kernels: scalar$/kernels: as asked/'
  matinee 0.1.0
  kernels: as asked
  built-in data: MovieLens latest-small (not for commercial use)

  $ for command in data train evaluate compare recommend similar models serve completion man help; do matinee $command --help; done
  matinee data: list, describe, show and download data sets

  Usage
    matinee data list [--json FILE]
    matinee data info [NAME] [--json FILE]
    matinee data show [NAME] [--user ID] [--rows N]
    matinee data get NAME [--folder FOLDER] [--precision P]

  Without NAME it is the built-in data set. A data set is looked for by name in
  $MATINEE_DATA and in the data folder; downloads are checked against the
  published checksum and resumed where they stopped.

  Words
    list|info|show|get  what to do
    NAME                a data set's name, or the path of a folder, archive or
                        file

  Options
    --user ID        show: only this person's ratings
    --rows N         show: how many rows, 1 to 100000 (default 20)
    --folder FOLDER  get: where to put it, not the data folder
    --precision P    get minilm: int8 also keeps its layers in bytes, which start
                     faster (default f32)
    --json FILE      list, info: as JSON; - is standard output
    --help           this page

  Examples
    matinee data list
        Which data sets there are, and which of them are on this machine.
    matinee data get ml-1m
        Downloads MovieLens 1M, checks it and keeps it.
    matinee data get minilm --precision int8
        The weights of the sentence encoder (90 MB), and its layers in bytes (11
        MB).
    matinee data info ml-100k
        Its figures: users, films, ratings, genres, most rated films.
    matinee data show built-in --user 1
        What one person has rated.
  matinee train: fit a model, measure it, keep it

  Usage
    matinee train [MODEL] [data=NAME|PATH] [key=value ...] [OPTIONS]

  Splits the data, fits on train, chooses on validation, measures once on test and
  writes a model file that recommend, similar and serve need nothing else beside.
  Settings come from --config, then from the key=value words. Ctrl-C keeps a
  checkpoint where the model has one.

  Words
    MODEL  what to train; item_knn if neither this nor a file says it

  Options
    --config FILE      settings from a YAML file [$CONFIG_PATH]
    --out FILE         the model file; in the data folder if not said
    --json FILE        the report as JSON; - is standard output
    --beside MODEL     measure this model too, for comparison
    --cfg job          only print the settings, as YAML, before defaults are
                       suited to the data
    --resume           go on from the last checkpoint
    --save             keep the model in a file; --no-save only measures
    --evolution LIST   the cold-start curve too: lists after so many ratings, as
                       in 1,2,3,5,10,15,20, tested on the next five (default [])
    --store FILE       the store of runs; matinee.db in the data folder if not
                       said [$MATINEE_STORE]
    --record           keep the run in the store; --no-record does not
    --multirun         train every combination of key=a,b,c words; --out is then a
                       folder
    --jobs N           with --multirun: so many at a time, which share the
                       threads, 1 to 1024 (default 1)
    --max-memory SIZE  refuse what would need more, as in 500MB or 4GB
    --quiet            no progress
    --help             this page

  Settings
    key=value; matinee models NAME lists every setting that a model takes, with
    its default and bounds.

  Examples
    matinee train item_knn --beside popularity
        The built-in data, with a rival beside it.
    matinee train ease data=ml-1m model.l2=200 evaluation.k_values=[10]
        A data set and settings of one's choice.
    matinee train --config config/recipes/ml-1m-ncf/neumf.yaml --json -
        A published figure, reproduced.
    matinee train item_knn model.k=10,20,40 model.shrinkage=0,100 --multirun --jobs 2
        All six combinations; what is done is not done again.
    matinee train neumf trainer.final_fit=true --out neumf.safetensors
        Measured honestly, then fitted on everything, to be served.
  matinee evaluate: measure a trained model again

  Usage
    matinee evaluate [FILE] [evaluation.key=value ...] [OPTIONS]

  Opens the model's data, makes the same split and measures on its test. A model
  that was fitted on everything (trainer.final_fit) has no test left and is
  refused.

  Words
    FILE  a model file, or models:/NAME/VERSION; without it the newest of the data
          folder

  Options
    --json FILE              the report as JSON; - is standard output
    --evolution LIST         the cold-start curve too: lists after so many
                             ratings, as in 1,2,3,5,10,15,20, tested on the next
                             five (default [])
    --diversity LIST         what variety costs: lists put in order with so much
                             of it, as in 0,0.1,0.3,0.5 (default [])
    --diversity-method NAME  variety of what kind (default mmr)
    --threads N              how many threads, 0 for all; the figures are the
                             same, 0 to 1024 (default 0)
    --max-memory SIZE        refuse what would need more, as in 500MB or 4GB
    --quiet                  no progress
    --tracking-uri URI       the MLflow server that models:/NAME/VERSION in place
                             of a file is fetched from [$MLFLOW_TRACKING_URI]
    --help                   this page

  Settings
    key=value; matinee models NAME lists every setting that a model takes, with
    its default and bounds.

  Examples
    matinee evaluate model.safetensors
        The figures of the split that it was trained on.
    matinee evaluate model.safetensors evaluation.candidates=100 evaluation.k_values=[5,10]
        The same split, against 100 sampled candidates.
    matinee evaluate model.safetensors --evolution 1,2,3,5,10,15,20
        How good lists are for somebody who has rated so few films.
    matinee evaluate model.safetensors --diversity 0,0.2,0.4 --diversity-method calibrated
        What it costs to keep to the person's own mix of genres.
  matinee compare: several models on one split, and which differences are noise

  Usage
    matinee compare models=a,b,c|all [data=NAME|PATH] [key=value ...] [OPTIONS]

  Trains and measures each model on the same split and candidates. A difference
  that a paired test over users cannot tell from noise is marked; a model that
  fails is listed with its reason and does not stop the rest. A hybrid is trained
  last and takes from the others what they have trained in the same way.

  Options
    --config FILE      settings from a YAML file [$CONFIG_PATH]
    --out DIR          a folder for comparison.csv, comparison.md and the model
                       files
    --json FILE        all reports as JSON; - is standard output
    --store FILE       the store of runs; matinee.db in the data folder if not
                       said [$MATINEE_STORE]
    --record           keep the run in the store; --no-record does not
    --max-memory SIZE  refuse what would need more, as in 500MB or 4GB
    --quiet            no progress
    --help             this page

  Settings
    key=value; matinee models NAME lists every setting that a model takes, with
    its default and bounds.

  Examples
    matinee compare models=popularity,item_knn,ease
        Three models on the built-in data.
    matinee compare data=ml-1m models=all --out results
        Every model; tables and model files go to results/.
  matinee recommend: films for one person

  Usage
    matinee recommend [FILE] --user ID [OPTIONS]
    matinee recommend [FILE] --ratings FILE [OPTIONS]
    matinee recommend [FILE] --prefer action=5,comedy=3 [OPTIONS]
    matinee recommend [FILE] --all --out FILE [OPTIONS]

  Ranks the films that the person does not have yet, by the model's score. With
  --genre a film of a wanted genre gets 0.20 more, on scores of 0 to 1, unless
  --strict leaves the others out.

  Words
    FILE  a model file, or models:/NAME/VERSION; without it the newest of the data
          folder

  Options
    --user ID                a person of the data
    --ratings FILE           somebody new: lines of "film,rating", a film by id or
                             title
    --prefer LIST            genres liked, 1 to 5 each: action=5,comedy=3
    --top-k N                how many films, 1 to 1000 (default 10) [$TOP_K]
    --genre G                films of this genre first; may be given again
    --exclude-genre G        no films of this genre; may be given again
    --exclude FILM           not this film, by id or title; may be given again
    --strict                 only the genres of --genre
    --diversity X            how much variety of genres counts, 0 to 1 (default 0)
    --diversity-method NAME  variety of what kind (default mmr)
    --years SPAN             films of these years: 1990-1999, 1994, 1990-
    --min-ratings N          films that so many people have, 0 to 1000000000
                             (default 0)
    --min-mean X             films with such a mean rating, 0 to 100 (default 0)
    --tiers                  popularity has a say for who has rated fewer than 10
                             films
    --explain                say why each film is there
    --compare                the person's ratings beside those that the model
                             predicts; no wishes with it
    --all                    a list for every user, as CSV or, by the name's end,
                             JSONL
    --out FILE               where --all writes
    --json FILE              the answer as JSON; - is standard output
    --tracking-uri URI       the MLflow server that models:/NAME/VERSION in place
                             of a file is fetched from [$MLFLOW_TRACKING_URI]
    --help                   this page

  Examples
    matinee recommend --user 1 --explain
        Ten films for user 1 of the newest model, and why.
    matinee recommend --ratings mine.csv --prefer comedy=5 --top-k 20
        For somebody new, from a file of ratings and a taste for comedies.
    matinee recommend --user 1 --genre Horror --strict --exclude-genre Children
        Only horror, and nothing for children.
    matinee recommend svd.safetensors --user 1 --compare
        How the model would have rated what user 1 has rated.
    matinee recommend model.safetensors --all --out lists.csv
        Everybody's list at once; lists.jsonl: a JSON object for each.
    matinee recommend --user 1 --years 1990-1999 --min-ratings 50 --diversity 0.3
        Films of the nineties that many have seen, and not all of one kind.
  matinee similar: films similar to one

  Usage
    matinee similar [FILE] "TITLE" [OPTIONS]
    matinee similar [FILE] --item ID [OPTIONS]

  Ranks films by how like one they are: by the distance of the model's vectors, as
  1 / (1 + distance); for a model that compares films, such as item_knn, by its
  own similarity; for any other by its score for somebody who has seen only that
  film.

  Words
    FILE   a model file, or models:/NAME/VERSION; without it the newest of the
           data folder
    TITLE  the film's title, with or without its year

  Options
    --item ID           the film, by id or title
    --top-k N           how many films, 1 to 1000 (default 10) [$TOP_K]
    --json FILE         the answer as JSON; - is standard output
    --tracking-uri URI  the MLflow server that models:/NAME/VERSION in place of a
                        file is fetched from [$MLFLOW_TRACKING_URI]
    --help              this page

  Examples
    matinee similar "Toy Story"
        The ten films nearest to Toy Story.
    matinee similar model.safetensors --item 1 --top-k 5
        The same by id, in one model.
  matinee models: what can be trained, and what has been trained

  Usage
    matinee models [NAME] [--json FILE]

  Lists the models, and those that lie trained in the data folder; with NAME, the
  settings of one.

  Words
    NAME  a model's name

  Options
    --json FILE  the same as JSON; - is standard output
    --help       this page

  Examples
    matinee models
        What can be trained, and what has been trained.
    matinee models item_knn
        Its settings with defaults and bounds, source and needs.
  matinee serve: answer over HTTP

  Usage
    matinee serve [FILE ...] [OPTIONS]
    matinee serve --model-dir DIR [OPTIONS]

  Loads model files and answers requests until Ctrl-C; / lists the addresses.
  SIGHUP reads the model files again without a request lost; SIGTERM lets running
  requests end, within five seconds.

  Words
    FILE  model files, or models:/NAME/VERSION; without one the newest of the data
          folder

  Options
    --model-dir DIR           serve every model file of a folder [$MODEL_DIR]
    --data NAME               without FILE: the newest model of this data
    --host ADDRESS            address to listen on (default 127.0.0.1)
    --port N                  port to listen on; 0 is any free one, 0 to 65535
                              (default 8080)
    --default-model NAME      which model answers when none is named
                              [$DEFAULT_MODEL]
    --top-k N                 films of an answer that does not say, 1 to 1000
                              (default 10) [$TOP_K]
    --tiers                   popularity has a say in lists for who has rated
                              fewer than 10 films
    --posters WHOSE           tmdb: the page may fetch posters from TMDb for
                              whoever gives it a key of their own (default drawn)
    --store STORE             where what people do is kept: a file,
                              postgresql://..., or none: in memory
                              [$MATINEE_PEOPLE]
    --cors-origin ORIGIN      whose pages may call from a browser; * is any
    --retrain-every TIME      train the models again so often, as in 30m, 6h or 1d
    --retrain-after N         train them again after so many events; 0 is never, 0
                              to 1e+12 (default 0)
    --update-after N          after so many events teach them to models that learn
                              row by row; 0 is never, 0 to 1e+12 (default 0)
    --retrain-tolerance X     by which share a new model may be worse on the
                              newest events and is served yet, 0 to 1 (default
                              0.05)
    --retrain-least N         by how many of the newest events two models are
                              compared at least, 1 to 1000 (default 20)
    --train-memory SIZE       what a training may take before it is ended, as in
                              500MB or 4GB; half of what is free
    --run-store FILE          the store of runs; matinee.db in the data folder if
                              not said [$MATINEE_STORE]
    --encoder NAME            auto, minilm, builtin, or the folder of another
                              BERT-like model (default auto) [$MATINEE_ENCODER]
    --precision P             of the encoder's weights (default int8)
    --intent FILE             values of wishes over config/intent.yaml: a YAML
                              file, or KEY=VALUE [$MATINEE_INTENT]
    --keys STORE              where keys are kept, if not in the store: a file of
                              their own or postgresql://... [$MATINEE_KEYS]
    --require-keys            where there are keys: reading takes one too
    --insecure                let others in without any key
    --rate N                  requests a second of each key or address; 0: no
                              limit, 0 to 1000000 (default 0)
    --burst N                 how many at once; 0: twice the rate, 0 to 1000000
                              (default 0)
    --behind-proxy            --rate counts the addresses that X-Forwarded-For
                              ends with; all requests come by a proxy
    --max-connections N       connections at a time, 1 to 100000 (default 1000)
    --max-peer-connections N  of one address but 127.0.0.1, at a time; 0: any
                              number, 0 to 100000 (default 64)
    --max-body BYTES          bytes of a request's body, 1024 to 1073741824
                              (default 1048576)
    --max-import BYTES        bytes of a file that is imported over HTTP, 1024 to
                              1.099511628e+12 (default 268435456)
    --timeout SECONDS         seconds that one request may take in all, 1 to 3600
                              (default 30)
    --log-level LEVEL         which requests get a line: 5xx, 4xx too, all
                              (default info)
    --log-format FORMAT       how the lines look (default text)
    --certificate FILE        serve HTTPS with this certificate (PEM)
    --key-file FILE           the certificate's private key (PEM)
    --user NAME               started by root: become this user once the port is
                              open, before the store is
    --tracking-uri URI        the MLflow server that models:/NAME/VERSION in place
                              of a file is fetched from [$MLFLOW_TRACKING_URI]
    --help                    this page

  Examples
    matinee serve
        The newest model, at http://127.0.0.1:8080/.
    matinee serve knn.safetensors neumf.safetensors --default-model neumf --port 9000
        Two models; requests choose with model=NAME.
    matinee serve als.safetensors --update-after 100 --retrain-every 6h
        A model that learns what people do, and is only replaced by one that is
        not worse.
    matinee serve models:/evening/latest --tracking-uri http://127.0.0.1:5000
        The newest version of MLflow's registry; /3 is the third, @best an alias.
    matinee serve --host 0.0.0.0 --require-keys --certificate site.pem --key-file site.key
        For others, with keys and HTTPS.
  matinee completion: a completion script for bash or zsh

  Usage
    matinee completion bash|zsh

  Prints a script that completes commands, options, settings, models, data sets
  and files.

  Words
    SHELL  bash or zsh

  Options
    --help  this page

  Examples
    matinee completion bash > ~/.local/share/bash-completion/completions/matinee
        For bash, from the next shell on.
    matinee completion zsh > ~/.zfunc/_matinee
        For zsh, where ~/.zfunc is in fpath before compinit runs.
  matinee man: the manual page

  Usage
    matinee man [--markdown models|settings|routes]

  Prints the manual page in roff.

  Options
    --markdown PAGE  a page of docs/ instead
    --help           this page

  Examples
    matinee man | man -l -
        Read it at once.
  matinee help: what matinee, or one of its commands, can do

  Usage
    matinee help [COMMAND]

  Shows the list of commands, or everything about one of them.

  Words
    COMMAND  one of those that matinee --help lists

  Options
    --help  this page

  Examples
    matinee help recommend
        The same as matinee recommend --help.

  $ diff <(matinee help recommend) <(matinee recommend --help)

  $ matinee models item_knn
  item_knn: items like those in the history, by who has met them
    family   neighbor
    aliases  item_cf
    source   Sarwar et al., WWW 2001; Deshpande & Karypis, TOIS 2004

  Settings
    model.similarity=cosine  how items are compared; the last four compare ratings
                             (cosine, asymmetric, tversky, adjusted_cosine,
                             pearson, pearson_baseline, msd)
    model.weighting=none     weights of cosine, asymmetric and tversky: users who
                             have everything count less (none, tfidf, bm25)
    model.k=40               nearest neighbours of an item that may speak for it
                             (whole number, 1 to 100000)
    model.min_k=1            score an item 0 if fewer neighbours than this speak
                             for it (whole number, 1 to 100000)
    model.shrinkage=100      draws similarities that rest on few users towards 0
                             (number, 0 or more)
    model.alpha=0.5          weight of the item itself: asymmetric, tversky
                             (number, 0 to 10)
    model.beta=0.5           weight of the neighbour: tversky (number, 0 to 10)
    model.user_based=false   neighbours of users instead of items: that is the
                             model user_knn; only false is accepted (true or
                             false)
    model.use_ratings=false  whether an item counts by its rating, or the same
                             however it was rated (true or false)
    model.predict=score      a score for ranking, or the rating: baseline and mean
                             deviation of the neighbours (score, rating)
    model.damping=0          rating: similarity of a neighbour with no deviation
                             that is always there (number, 0 to 1000000)
    model.amplification=1    power that similarities are raised to: above 1 the
                             nearest say more (number, 0.1 to 10)

  Settings of every experiment with it
    model=                               what to train; `matinee models` lists
                                         (text)
    data=                                a name from `matinee data list`, or a
                                         path (text)
    seed=42                              seed of the model's random numbers (whole
                                         number, 0 or more)
    seeds=[]                             several runs on one split; the report is
                                         their mean (list of whole numbers, 0 or
                                         more)
    threads=0                            how many threads, 0 for all; changes
                                         nothing but the time (whole number, 0 to
                                         1024)
    evaluation.k_values=[5,10,20]        the lengths of list at which metrics
                                         without @K are measured (list of whole
                                         numbers, 1 to 10000)
    evaluation.metrics=[precision,recall,ndcg,hit_rate]
                                         what is measured, with or without @K;
                                         all: everything (list)
    evaluation.candidates=all            all, given (the lists that ship with the
                                         data), or a number to sample for each
                                         user (text)
    evaluation.seed=42                   seed of sampled candidates (whole number,
                                         0 or more)
    evaluation.min_relevant=             held-out items with a lower rating do not
                                         count as relevant (number)
    evaluation.query=known               who asks: known users, or each as a bare
                                         history that the model has never met
                                         (known, history)
    evaluation.part=test                 what is measured; validation: to find
                                         settings without a look at the test
                                         (test, validation)
    data.min_rating=0                    keep only ratings of at least this value
                                         (0: all) (number, 0 to 1000000)
    data.min_user_interactions=0         keep only users with at least so many
                                         interactions, as a k-core (0: all) (whole
                                         number, 0 or more)
    data.min_item_interactions=0         keep only items with at least so many
                                         interactions, as a k-core (0: all) (whole
                                         number, 0 or more)
    data.feedback=auto                   implicit forgets rating values, explicit
                                         demands them, auto takes what the data
                                         have (auto, implicit, explicit)
    data.max_ratings=0                   a random sample of so many interactions,
                                         for quick tries (0: all; seed 42) (whole
                                         number, 0 or more)
    data.max_users=0                     a random sample of so many users with all
                                         that they have (0: all; seed 42) (whole
                                         number, 0 or more)
    data.split.strategy=auto             how test and validation are held out;
                                         auto: given if the data ship a test, else
                                         leave_one_out if times order the rows,
                                         else random (auto, given, leave_one_out,
                                         random, temporal, cold_items, folds,
                                         none)
    data.split.train_ratio=0.8           share of train (random, temporal,
                                         cold_items) (number, 0 to 1)
    data.split.val_ratio=0.1             share of validation (random, temporal,
                                         cold_items; given without order and
                                         folds: of train) (number, 0 to 1)
    data.split.test_ratio=0.1            share of test (random, temporal,
                                         cold_items) (number, 0 to 1)
    data.split.per_user=false            shares of each user's rows instead of all
                                         rows (random, temporal) (true or false)
    data.split.folds=                    number of random folds; not set: the
                                         folds that ship with the data, else 5
                                         (whole number, 2 to 100)
    data.split.seed=42                   seed of everything random in the split,
                                         whatever the model's seed (whole number,
                                         0 or more)
    data.leave_one_out.num_test_items=1  last interactions of each user held out
                                         as test (leave_one_out) (whole number, 1
                                         to 1000)
    data.leave_one_out.num_val_items=1   interactions before those held out as
                                         validation (leave_one_out, given) (whole
                                         number, 0 to 1000)
    trainer.final_fit=false              after the measurement fit once more on
                                         everything, and save that (true or false)
