# A/B experiments in a store: begun, looked at, ended; and what cannot be.

  $ matinee experiments list --store people.db
  no experiments; matinee experiments start NAME control=als other=ease

  $ matinee experiments start als-or-ease control=als ease=ease,weight=2,diversity=0.3 --store people.db
  als-or-ease runs, with 2 arms; matinee experiments show als-or-ease

  $ matinee experiments start second a=als b=ease --store people.db
  ! matinee: "als-or-ease" runs, and one experiment runs at a time: end it first
  [1]

  $ matinee experiments show als-or-ease --store people.db | sed 's/since [0-9: -]*[0-9]/since NOW/'
  als-or-ease, since NOW: it runs

    arm      model                people  shown
    ───────────────────────────────────────────
    control  als                       0      0
    ease     ease, diversity 0.3       0      0

  $ matinee experiments list --store people.db | sed 's/[0-9]\{4\}-[0-9-]* [0-9:]*/NOW/g'
    experiment   started           ended  arms
    ──────────────────────────────────────────────────
    als-or-ease  NOW  runs   control ease

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
  ! matinee: arm "a": expected weight=NUMBER, diversity=NUMBER or diversity_method=NAME, found "heavy=2"
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
