# Ctrl-C saves, says how to go on, and going on gives the same bytes as never having stopped.

  $ settings="gmf data.max_ratings=20000 trainer.max_epochs=30 trainer.eval_every_n_epochs=10"
  > matinee train $settings --out straight.safetensors --quiet >/dev/null
  > "$program" train $settings --out resumed.safetensors --quiet >/dev/null 2>stopped &
  > while [[ ! -s resumed.safetensors.checkpoint ]]; do sleep 0.02; done
  > kill -INT $!
  > wait $!
  > echo "exit $?"
  > sed -E 's/epoch [0-9]+/epoch N/' stopped
  > [[ ! -e resumed.safetensors ]] && echo "no model file yet"
  > matinee train $settings --out resumed.safetensors --quiet --resume >/dev/null
  > cmp straight.safetensors resumed.safetensors && echo "the same bytes"
  > ls *.checkpoint* 2>/dev/null || echo "no checkpoint left"
  exit 1
  matinee: gmf: stopped in epoch N; saved to resumed.safetensors.checkpoint: the same command with --resume goes on from there
  no model file yet
  the same bytes
  no checkpoint left
