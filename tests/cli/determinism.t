# The same seed gives the same bytes for 1, 2 and 4 threads, for every registered model.

  $ models=$(matinee models --json - | sed -n 's/^      "name": "\(.*\)",$/\1/p')
  > for model in $models; do
  >     quick= settings=$(matinee train $model --cfg job)
  >     ! grep -q '^trainer.max_epochs' <<<"$settings" || quick="trainer.max_epochs=1"
  >     ! grep -q '^text.encoder' <<<"$settings" || quick="$quick text.encoder=builtin"
  >     for threads in 1 2 4; do
  >         matinee train $model data.max_users=200 data.max_ratings=3000 $quick threads=$threads --out $threads.safetensors --quiet >/dev/null || break 2
  >     done
  >     cmp 1.safetensors 2.safetensors && cmp 1.safetensors 4.safetensors && [[ -s 1.safetensors ]] || echo "$model differs"
  > done
  > [[ $(wc -w <<<"$models") -ge 4 ]] && echo "every model was tried"
  every model was tried
