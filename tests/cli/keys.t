# Keys: made, listed, revoked; what a server makes of them.

  $ export MATINEE_KEYS=$PWD/keys.db

  $ matinee keys list
  No keys: the service is open to whoever reaches it.

  $ matinee keys create page 2>/dev/null >key; wc -c <key; cut -c1-4 key
  69
  mat_

  $ matinee keys create page
  ! matinee: there is a key called "page" already; revoke it or choose another name
  [1]

  $ matinee keys create owner --scope admin 2>/dev/null | wc -c
  69

  $ matinee keys list | sed 's/....-..-../DAY/'
  page                 write  since DAY
  owner                admin  since DAY

  $ strings keys.db* 2>/dev/null | grep -c "$(cut -c5- key)"
  0
  [1]

  $ matinee keys revoke nobody
  ! matinee: there is no key called "nobody"; `matinee keys list` shows all
  [1]

  $ matinee keys forget page
  ! matinee: keys knows create, list and revoke, found "forget"
  [2]

  $ matinee train popularity trainer.final_fit=true --out model.safetensors --quiet >/dev/null

  $ cat > with_server.sh <<'END'
  > rm -f log
  > "$program" serve model.safetensors --port 0 --encoder builtin $options > log 2> lines &
  > server=$!
  > for i in $(seq 100); do grep -qs Serving log && break; sleep 0.05; done
  > port=$(sed -n 's/.*:\([0-9]*\)\/.*/\1/p' log)
  > "$@"
  > kill -INT $server && wait $server
  > END

  $ status() { curl -s -o /dev/null -w '%{http_code}\n' "$@"; }; ask() { status http://127.0.0.1:$port/genres; status -H "X-API-Key: $(cat key)" http://127.0.0.1:$port/genres; "$program" keys revoke page; sleep 1.2; status -H "X-API-Key: $(cat key)" http://127.0.0.1:$port/genres; "$program" health http://127.0.0.1:$port/; }; options=--require-keys; source with_server.sh ask; sed 's/.*Z //; s/ [0-9.]*ms id=.\{16\}//' lines
  401
  200
  page is revoked; servers know within a second
  401
  healthy
  warning GET /genres 401 239
  info GET /genres 200 188 key=page model=popularity
  warning GET /genres 401 241
  info GET /api/health 200 113

  $ matinee serve model.safetensors --host 0.0.0.0 --keys empty.db --port 0
  ! matinee: --host 0.0.0.0 lets others in, and there is no key; make one with `matinee keys create NAME`, or say --insecure
  [2]

  $ matinee health http://127.0.0.1:1
  ! matinee: no server answers at http://127.0.0.1:1: cannot reach the host of http://127.0.0.1:1/api/health (Couldn't connect to server)
  [1]

# Keys lie in the store: a server and `matinee keys` on one store know the same, without a word about
# files.

  $ unset MATINEE_KEYS; matinee keys create page --store shared.db 2>/dev/null >key; matinee keys list --store shared.db | cut -c1-28
  page                 write

  $ status() { curl -s -o /dev/null -w '%{http_code}\n' "$@"; }; url() { echo "http://127.0.0.1:$port/api/users/7/ratings?item_id=1"; }; ask() { status -X DELETE "$(url)"; status -X DELETE -H "X-API-Key: $(cat key)" "$(url)"; "$program" keys revoke page --store shared.db; sleep 1.2; status -X DELETE -H "X-API-Key: $(cat key)" "$(url)"; }; options="--store shared.db"; source with_server.sh ask
  401
  200
  page is revoked; servers know within a second
  401

# Over the API: the first key is made while the service is open, then it takes one.

  $ export MATINEE_KEYS=$PWD/other.db; keys() { curl -s "$@" http://127.0.0.1:$port/api/admin/keys; echo; }; ask() { keys -d '{"scope": "all"}' | cut -c1-80; keys -d '{"name": "boss", "scope": "admin"}' | sed 's/mat_[0-9a-f]\{64\}/KEY/'; sleep 1.2; keys | cut -c1-90; "$program" keys list | cut -c1-30; "$program" keys revoke boss; sleep 1.2; keys | cut -c1-90; }; options=; source with_server.sh ask
  {"type":"about:blank","title":"Unprocessable Content","status":422,"detail":[{"t
  {"name":"boss","scope":"admin","key":"KEY"}
  {"type":"about:blank","title":"Unauthorized","status":401,"detail":"a key is needed: \"Aut
  boss                 admin  si
  boss is revoked; servers know within a second
  {"type":"about:blank","title":"Unauthorized","status":401,"detail":"a key is needed: \"Aut
