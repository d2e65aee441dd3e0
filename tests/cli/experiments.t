# A/B experiments in a store: begun, looked at, ended; and what cannot be.

  $ matinee experiments list --store people.db
  no experiments; matinee experiments start NAME control=als other=ease

  $ matinee experiments start als-or-ease control=als ease=ease,weight=2,diversity=0.3 --store people.db
  als-or-ease runs, with 2 arms; matinee experiments show als-or-ease

  $ matinee experiments start second a=als b=ease --store people.db
  ! matinee: layer "default" has no stretch of 1 of the people left (0 are free): end an experiment, take a smaller share, or another layer
  [1]

  $ matinee experiments start variety plain= wide=,diversity=0.2,tiers=false --layer lists --share 0.5 --store people.db
  ! matinee: "als-or-ease" of layer "default" sets diversity, too: experiments that set the same belong in one layer
  [1]

  $ matinee experiments start variety plain= wide=,demote_shown=true,diversity_method=mmr --layer lists --share 0.5 --store people.db
  variety runs, with 2 arms; matinee experiments show variety

  $ matinee experiments show variety --store people.db | sed 's/since [0-9: -]*[0-9]/since NOW/'
  variety, since NOW: it runs
  50 % of the people, layer lists

    arm    model                                                 people  shown
    ──────────────────────────────────────────────────────────────────────────
    plain  the default                                                0      0
    wide   the default, demote_shown true, diversity_method mmr       0      0

  $ matinee experiments start more a= b=,demote_shown=true --layer lists --share 0.6 --store people.db
  ! matinee: layer "lists" has no stretch of 0.6 of the people left (0.5 are free): end an experiment, take a smaller share, or another layer
  [1]

  $ matinee experiments show als-or-ease --store people.db | sed 's/since [0-9: -]*[0-9]/since NOW/'
  als-or-ease, since NOW: it runs
  100 % of the people, layer default

    arm      model                people  shown
    ───────────────────────────────────────────
    control  als                       0      0
    ease     ease, diversity 0.3       0      0

  $ matinee experiments list --store people.db | sed 's/[0-9]\{4\}-[0-9-]* [0-9:]*/NOW/g' | sort
    als-or-ease  NOW  runs   default  100 %  control ease
    experiment   started           ended  layer    share  arms
    variety      NOW  runs   lists     50 %  plain wide
    ──────────────────────────────────────────────────────────────────

  $ matinee experiments end als-or-ease --store people.db
  als-or-ease has ended

  $ matinee experiments end als-or-ease --store people.db
  ! matinee: the experiment "als-or-ease" has ended already
  [1]

  $ matinee experiments rm als-or-ease --store people.db
  als-or-ease is gone, with all that was written down for it

  $ matinee experiments show als-or-ease --store people.db
  ! matinee: there is no experiment called "als-or-ease"
  [1]

  $ matinee experiments start x control --store people.db
  ! matinee: an arm is NAME=MODEL[,weight=2][,diversity=0.3], found "control"
  [2]

  $ matinee experiments start x a=als,heavy=2 b=ease --store people.db
  ! matinee: arm "a": "heavy" is nothing that an arm could set; docs/api.md says what it can
  [2]

  $ matinee experiments start x a=als,divesity=0.2 b=ease --store people.db
  ! matinee: arm "a": "divesity" is nothing that an arm could set; did you mean "diversity"?; docs/api.md says what it can
  [2]

  $ matinee experiments start x a=als,diversity=high b=ease --store people.db
  ! matinee: arm "a": diversity takes a number
  [2]

  $ matinee experiments start x a=als --store people.db
  ! matinee: an experiment has 2 to 8 arms, found 1
  [1]

  $ matinee experiments show --store people.db
  ! matinee: which experiment? Give its name
  [2]

  $ matinee experiments stop x --store people.db
  ! matinee: unknown action "stop"; expected list, start, show, end or rm
  [2]
