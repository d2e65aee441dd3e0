# bash itself completes with the script.

  $ cat > complete.sh <<'END'
  > source <(matinee completion bash)
  > COMP_WORDS=("$@")
  > COMP_CWORD=$(($# - 1))
  > _matinee 2>/dev/null
  > printf '%s\n' "${COMPREPLY[@]}"
  > END

  $ source complete.sh matinee re
  report
  recommend

  $ source complete.sh matinee recommend --ex
  --exclude-genre
  --exclude
  --explain

  $ source complete.sh matinee train pop
  popularity

  $ source complete.sh matinee train popularity data = ml-1
  ml-100k
  ml-1m
  ml-10m
  ml-1m-ncf

  $ source complete.sh matinee train popularity --beside item
  item_knn

  $ source complete.sh matinee data get ml-2
  ml-20m
  ml-25m

  $ source complete.sh matinee data in
  info

  $ : > model.safetensors; source complete.sh matinee evaluate mod
  models=
  model=
  model.method=
  model.damping=
  model.similarity=
  model.weighting=
  model.k=
  model.min_k=
  model.shrinkage=
  model.alpha=
  model.beta=
  model.user_based=
  model.use_ratings=
  model.predict=
  model.amplification=
  model.discount=
  model.l2=
  model.form=
  model.biased=
  model.n_factors=
  model.n_epochs=
  model.lr_all=
  model.reg_all=
  model.lr_decay=
  model.reg_frequency=
  model.init_mean=
  model.init_std=
  model.lr_bu=
  model.reg_bu=
  model.lr_bi=
  model.reg_bi=
  model.lr_pu=
  model.reg_pu=
  model.lr_qi=
  model.reg_qi=
  model.lr_yj=
  model.reg_yj=
  model.embedding_dim=
  model.iterations=
  model.reg=
  model.nu=
  model.unobserved_weight=
  model.explicit=
  model.init_deviation=
  model.solver=
  model.cg_steps=
  model.block_size=
  model.c0=
  model.popularity_exponent=
  model.online_weight=
  model.online_sweeps=
  model.n_components=
  model.init=
  model.max_iter=
  model.tol=
  model.l1=
  model.positive=
  model.neighbors=
  model.tolerance=
  model.softness=
  model.sharpening=
  model.user_power=
  model.item_power=
  model.low_pass_power=
  model.normalize=
  model.decay=
  model.window=
  model.targets=
  model.target_decay=
  model.sources=
  model.mf_dim=
  model.reg_mf=
  model.mf_weights=
  model.loss_type=
  model.num_negatives=
  model.negative_sampling=
  model.mlp_dim=
  model.mlp_layers=
  model.reg_mlp=
  model.dropout=
  model.dropout_schedule=
  model.dropout_epochs=
  model.genre_dim=
  model.residual=
  model.attention_heads=
  model.intent_tower=
  model.intent_layers=
  model.intent_dropout=
  model.intent_share=
  model.mode=
  model.pretrain=
  model.pretrain_gmf=
  model.pretrain_mlp=
  model.pretrain_epochs=
  model.pretrain_gmf_epochs=
  model.pretrain_mlp_epochs=
  model.pretrain_learning_rate=
  model.pretrain_optimizer=
  model.latent_dim=
  model.hidden_dims=
  model.variational=
  model.anneal_cap=
  model.anneal_epochs=
  model.anneal_steps=
  model.tower_layers=
  model.temperature=
  model.implicit_weight=
  model.margin=
  model.user_embedding_dim=
  model.item_embedding_dim=
  model.feature_attention=
  model.time_decay=
  model.time_decay_unit=
  model.reg_bias=
  model.bias=
  model.candidates=
  model.num_layers=
  model.hide_targets=
  model.add_self_loops=
  model.shared_negatives=
  model.ranking=
  model.message_dropout=
  model.unit_layers=
  model.num_blocks=
  model.num_heads=
  model.feed_forward_dim=
  model.max_length=
  model.windows=
  model.checkpoint_activations=
  model.text_weight=
  model.tfidf_weight=
  model.genre_boost=
  model.ratings=
  model.half_life=
  model.models=
  model.part_settings=
  model.part_files=
  model.fusion_method=
  model.learn_weights=
  model.normalization=
  model.weights=
  model.user_thresholds=
  model.k_rrf=
  model.fallback_to_popularity=
  model.combiner=
  model.combiner_l2=
  model.safetensors

  $ source complete.sh matinee completion z
  zsh

  $ source complete.sh matinee help se
  search
  serve

# The script for zsh has the same cases.

  $ diff <(matinee completion bash | sed -n '/^_matinee_words/,/^}/p') <(matinee completion zsh | sed -n '/^_matinee_words/,/^}/p') && matinee completion zsh | sed -n 1p
  #compdef matinee

  $ matinee completion zsh | tail -9
  _matinee() {
      local choices files command=
      (( CURRENT > 2 )) && command=$words[2]
      _matinee_words "$command" "$words[CURRENT-1]"
      compadd -- ${=choices}
      (( files )) && _files
      return 0
  }
  compdef _matinee matinee

# The manual page: nothing in it that roff does not know.

  $ matinee man | sed -n 1,20p
  .TH MATINEE 1 "" "matinee 0.1.0" "User Commands"
  .SH NAME
  matinee \- movie recommendations from ratings
  .SH SYNOPSIS
  .B matinee
  .I COMMAND
  [\fIWORDS\fR] [\fIOPTIONS\fR]
  .SH DESCRIPTION
  Matinee reads ratings, trains models, measures them honestly and serves the answers.
  Settings are given as \fIkey=value\fR; \fBmatinee models\fR \fINAME\fR lists those of a model.
  .SH COMMANDS
  .SS matinee data
  .nf
  matinee data list [\-\-json FILE]
  matinee data info [NAME] [\-\-json FILE]
  matinee data show [NAME] [\-\-user ID] [\-\-rows N]
  matinee data get NAME [\-\-folder FOLDER] [\-\-precision P]
  .fi
  .PP
  Without NAME it is the built\-in data set. A data set is looked for by name in $MATINEE_DATA and in the data folder; downloads are checked against the published checksum and resumed where they stopped.

  $ ! command -v groff >/dev/null || matinee man | groff -man -Tutf8 -ww -z
