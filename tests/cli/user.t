# serve --user: root's rights are given up before the store is opened, so that it is the user's. Only root can try
# that; for others the transcript is told.

  $ matinee train popularity trainer.final_fit=true --out model.safetensors --quiet >/dev/null

  $ cat > as_nobody.sh <<'END'
  > mkdir store && chmod 755 . && chmod 644 model.safetensors && chown nobody store
  > "$program" serve model.safetensors --port 0 --encoder builtin --store store/people.db --user nobody > log 2> lines &
  > server=$!
  > for i in $(seq 100); do grep -qs Serving log && break; sleep 0.05; done
  > url=$(grep -o 'http://[0-9.:]*' log)
  > status() { curl -s -o answer -w '%{http_code}' "$@"; }
  > echo "runs as $(stat -c %U /proc/$server), the store is of $(stat -c '%U %a' store/people.db)"
  > echo "rating $(status -X PUT -d '{"item_id": 1, "rating": 4}' $url/api/users/9/ratings)"
  > echo "backup $(status -X POST $url/api/admin/backup)"
  > echo "export $(status $url/api/admin/export) $(grep -c rating answer)"
  > kill -TERM $server && wait $server
  > rm -r store && mkdir store && chmod 755 store
  > "$program" serve model.safetensors --port 0 --encoder builtin --store store/people.db --user nobody
  > END

  $ told() { printf 'runs as nobody, the store is of nobody 600\nrating 200\nbackup 200\nexport 200 2\n'; echo 'matinee: store/people.db: unable to open database file; this user has to be allowed to write in its folder' >&2; false; }; if [ "$(id -u)" = 0 ]; then source as_nobody.sh; else told; fi
  runs as nobody, the store is of nobody 600
  rating 200
  backup 200
  export 200 2
  ! matinee: store/people.db: unable to open database file; this user has to be allowed to write in its folder
  [1]

  $ matinee serve model.safetensors --port 0 --user nobody-of-that-name
  ! matinee: there is no user "nobody-of-that-name" (--user)
  [2]
