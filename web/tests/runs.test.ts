import { expect, test } from 'vitest'
import { differences, flat } from '../src/lib/runs'

test('settings are flat, and only what differs is left', () => {
  const a = flat({ model: { k: 3, layers: [64, 32] }, seed: 1 })
  const b = flat({ 'model.k': 4, 'model.layers': [64, 32], seed: 1, extra: null })
  expect([...a]).toEqual([['model.k', '3'], ['model.layers', '64, 32'], ['seed', '1']])
  expect(differences([a, b])).toEqual([['extra', ['–', 'null']], ['model.k', ['3', '4']]])
  expect(differences([])).toEqual([])
})
