# Parts of a hybrid that are compared beside it are trained once, and nothing but time changes.

  $ parts='model.models=[ease,gmf,popularity]'
  > small="data.max_ratings=20000 trainer.max_epochs=2 seed=3 --no-record"
  > matinee compare models=hybrid,ease,gmf,popularity "$parts" $small --out together 2>&1 >/dev/null | grep -E '^part' | steady
  > matinee compare models=hybrid "$parts" $small --out alone 2>&1 >/dev/null | grep -cE '^part .* fitted'
  > cmp together/hybrid.safetensors alone/hybrid.safetensors && echo "the same bytes"
  part gmf: fitted in N s
  part ease: fitted in N s
  part popularity: fitted in N s
  part gmf: trained already
  part ease: trained already
  part popularity: trained already
  6
  the same bytes

# Without --out nothing is left lying about; another seed of a part is another model.

  $ parts='model.models=[ease,gmf,popularity]'
  > small="data.max_ratings=20000 trainer.max_epochs=2 seed=3 --no-record"
  > mkdir scratch
  > export TMPDIR=$PWD/scratch
  > matinee compare models=hybrid,gmf "$parts" "model.part_settings=[gmf.seed=4]" $small 2>&1 >/dev/null | grep -E '^part gmf' | steady
  > matinee compare models=gmf,hybrid "$parts" $small --json - 2>/dev/null | grep -E 'model_file|part_files'
  > ls scratch
  part gmf: fitted in N s
  part gmf: fitted in N s
          "model.part_files": [],
        "model_file": null,
        "model_file": null,

  $ matinee compare models=hybrid,gmf model.models=[gmf,popularity] seeds=[3,4] data.max_ratings=20000 trainer.max_epochs=2 --no-record 2>&1 >/dev/null | grep -E '^part gmf' | steady
  part gmf: fitted in N s
  part gmf: trained already
  part gmf: fitted in N s
  part gmf: fitted in N s
