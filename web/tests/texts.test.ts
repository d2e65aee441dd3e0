/* texts.test.ts: numbers as they stand on the page. */
import { expect, test } from 'vitest'
import { t } from '../src/lib/texts'

test('where room is short, large numbers are rounded to thousands', () => {
  expect(t.short(9999)).toBe('9,999')
  expect(t.short(13136)).toBe('13K')
  expect(t.short(2400000)).toBe('2M')
})
