# An index beside a model file: built, found again, and never in the way.

  $ matinee train gmf trainer.max_epochs=1 trainer.early_stopping.enabled=false data.split.strategy=none seed=1 --out gmf.safetensors --quiet >/dev/null
  > matinee recommend gmf.safetensors --user 1 --top-k 10 --json without.json >/dev/null
  > matinee index gmf.safetensors | sed 's/built in .*/built/'
  gmf.safetensors.ann: Flat over 9742 films of gmf, built
  It finds 100.0 % of the exact 20 nearest (500 people asked).

# The exact scan behind the index gives the same list.

  $ matinee recommend gmf.safetensors --user 1 --top-k 10 --json with.json >/dev/null && cmp with.json without.json && echo same
  > matinee recommend gmf.safetensors --user 1 --genre Horror --strict --top-k 3 --json - | grep -c '"rank"'
  same
  3

# A file of another model is left alone.

  $ matinee train gmf trainer.max_epochs=1 trainer.early_stopping.enabled=false data.split.strategy=none seed=2 --out gmf.safetensors --quiet >/dev/null
  > matinee recommend gmf.safetensors --user 1 --top-k 1 --json - 2>&1 >/dev/null
  matinee: warning: gmf.safetensors.ann: the index is of another model's vectors; build it again; all films are scanned instead

# What cannot be.

  $ matinee index gmf.safetensors ann.index_typ=HNSW
  ! matinee: unknown setting "ann.index_typ"; did you mean "ann.index_type"?
  [2]

  $ matinee train popularity --out p.safetensors --quiet >/dev/null
  > matinee index p.safetensors
  ! matinee: the model popularity has no vectors of items and people to make an index of; it scans all films
  [2]

  $ matinee train svd --out svd.safetensors --quiet --no-record >/dev/null
  > matinee index svd.safetensors
  ! matinee: the model svd adds a bias of each film to the product of its vectors, which an index of vectors does not know: its lists would be others; it scans all films
  [2]
