import { expect, test } from 'vitest'
import { title } from '../src/lib/titles'

test.each([
  ['Toy Story (1995)', 'Toy Story', ''],
  ['Matrix, The (1999)', 'The Matrix', ''],
  ['American in Paris, An (1951)', 'An American in Paris', ''],
  ['City of Lost Children, The (Cité des enfants perdus, La) (1995)', 'The City of Lost Children', 'La Cité des enfants perdus'],
  ['Independence Day (a.k.a. ID4) (1996)', 'Independence Day', 'ID4'],
  ["Avventura, L' (Adventure, The) (1960)", "L'Avventura", 'The Adventure'],
  ['(500) Days of Summer (2009)', '(500) Days of Summer', ''],
  ['Ready, Set, Go', 'Ready, Set, Go', ''],
  ['Black Mirror', 'Black Mirror', ''],
  ['Doctor Who (2005–)', 'Doctor Who', ''],
  ['(1999)', '(1999)', ''],
  ['', '', ''],
  ['<script>alert(1)</script> (2001)', '<script>alert(1)</script>', ''],
])('%s', (given, main, also) => {
  expect(title(given)).toEqual({ main, also })
})
