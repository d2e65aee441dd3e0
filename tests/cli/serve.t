# Serving: up, asked, down; and what can be wrong before.

  $ matinee train popularity trainer.final_fit=true --out model.safetensors --quiet >/dev/null

  $ matinee serve model.safetensors --port 65536
  ! matinee: --port must be between 0 and 65535, found "65536"
  [2]

  $ matinee serve model.safetensors --port web
  ! matinee: --port must be an integer, found "web"
  [2]

  $ matinee serve model.safetensors --default-model item_knn
  ! matinee: no model called "item_knn" is served; "popularity" is, and /api/models lists all
  [1]

  $ matinee serve model.safetensors --host 192.0.2.1 --port 0 --insecure
  ! matinee: 192.0.2.1 is not an address of this machine; --host takes one that is, such as 127.0.0.1 or 0.0.0.0
  [1]

  $ matinee serve absent.safetensors
  ! matinee: absent.safetensors: no such file; check the path
  [1]

  $ cat > with_server.sh <<'END'
  > rm -f log
  > "$program" serve ${models:-model.safetensors} --port 0 --encoder ${encoder:-builtin} --log-level ${level:-error} > log 2> warnings &
  > server=$!
  > for i in $(seq 100); do grep -qs Serving log && break; sleep 0.05; done
  > port=$(sed -n 's/.*:\([0-9]*\)\/.*/\1/p' log)
  > "$@"
  > kill -INT $server && wait $server
  > END

  $ ask() { curl -s "http://127.0.0.1:$port$1"; echo; }; source with_server.sh ask "/api/health" | grep -o '"status": *"healthy"'
  "status":"healthy"

  $ ask() { curl -s "http://127.0.0.1:$port$1" | grep -o '"title"' | wc -l; }; source with_server.sh ask "/api/recommend?user_id=1&top_k=3"
  3

  $ taken() { matinee serve model.safetensors --port $port 2>&1 | sed "s/$port/PORT/g"; }; source with_server.sh taken
  matinee: port PORT of 127.0.0.1 is already taken; stop what answers there or choose another port with --port

# One damaged file of a folder does not keep the others from being served.

  $ mkdir folder && cp model.safetensors folder && echo damaged > folder/damaged.safetensors; models="--model-dir folder"; ask() { curl -s "http://127.0.0.1:$port$1" | grep -o '"models_loaded": *[0-9]*'; cat warnings; }; source with_server.sh ask /api/health
  "models_loaded":1
  matinee: warning: left out: folder/damaged.safetensors: not a safetensors file (a model file of matinee): its first eight bytes are no length of a header

# A SIGHUP reads the files again; one that is damaged meanwhile leaves the old model in its place.

  $ models=folder/model.safetensors; again() { kill -HUP $server; sleep 0.5; curl -s "http://127.0.0.1:$port/api/recommend?user_id=1&top_k=3" | grep -o '"title"' | wc -l; echo damaged > folder/other; mv folder/other folder/model.safetensors; kill -HUP $server; for i in $(seq 200); do [ -s warnings ] && break; sleep 0.05; done; curl -s "http://127.0.0.1:$port/api/recommend?user_id=1&top_k=3" | grep -o '"title"' | wc -l; sort -u warnings; }; source with_server.sh again
  3
  3
  matinee: warning: popularity is served as before: folder/model.safetensors: not a safetensors file (a model file of matinee): its first eight bytes are no length of a header

# When models are trained again is a span of time.

  $ matinee serve model.safetensors --port 0 --encoder builtin --retrain-every soon
  ! matinee: --retrain-every: expected a span of time such as 30m, 6h or 1d, found "soon"
  [2]

# TLS, with a certificate of its own; a key that does not belong to it is refused.

  $ openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout site.key -out site.pem -days 2 -subj /CN=localhost 2>/dev/null; rm -f log; "$program" serve model.safetensors --port 0 --encoder builtin --log-level none --certificate site.pem --key-file site.key >log & server=$!; for i in $(seq 100); do grep -qs Serving log && break; sleep 0.05; done; port=$(sed -n 's/.*:\([0-9]*\)\/.*/\1/p' log); curl -sk "https://localhost:$port/api/health" | cut -c1-19; curl -ski "https://localhost:$port/genres" | grep -ci strict-transport; kill -TERM $server; wait $server
  {"status":"healthy"
  1

  $ openssl genpkey -algorithm RSA -out other.key 2>/dev/null; matinee serve model.safetensors --port 0 --certificate site.pem --key-file other.key
  ! matinee: site.pem: the HTTP library cannot use it and its key; are both PEM, and do they belong together?
  [1]

  $ matinee serve model.safetensors --port 0 --certificate site.pem
  ! matinee: TLS takes a certificate and its key: --certificate and --key-file
  [2]

Weights that are damaged are told, and the built-in encoder speaks.

  $ mkdir -p broken/minilm && head -c 1000 /dev/zero > broken/minilm/model.safetensors; export MATINEE_MODELS=broken encoder=auto; ask() { curl -s "http://127.0.0.1:$port/api/health" | grep -o '"encoder": *"[a-z]*"'; }; source with_server.sh ask; cat warnings
  "encoder":"builtin"
  matinee: warning: broken/minilm/config.json: no such file; check the path; the built-in encoder speaks instead

# In a log that programs read every line is JSON.

  $ mkdir logged; cp model.safetensors logged; echo damaged > logged/x.safetensors; rm -f log; "$program" serve --model-dir logged --port 0 --encoder builtin --log-format json >log 2>lines & server=$!; for i in $(seq 100); do grep -qs Serving log && break; sleep 0.05; done; port=$(sed -n 's/.*:\([0-9]*\)\/.*/\1/p' log); curl -s -o /dev/null "http://127.0.0.1:$port/genres?key=secret"; kill -TERM $server; wait $server; sed 's/"time":"[^"]*"/TIME/; s/"ms":[0-9.]*/MS/; s/"id":"[0-9a-f]*"/ID/' lines
  {TIME,"level":"warning","message":"left out: logged/x.safetensors: not a safetensors file (a model file of matinee): its first eight bytes are no length of a header"}
  {TIME,"level":"info","method":"GET","target":"/genres?key=***","status":200,"bytes":188,MS,"route":"/genres",ID,"model":"popularity"}
