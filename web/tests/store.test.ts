import { expect, test } from 'vitest'
import { acknowledged, emptyShelf, NEWCOMER, putAside, rated, readShelf } from '../src/lib/store'

test('a rating of a known person waits in the queue, a newcomer’s does not', () => {
  const known = rated(emptyShelf(), '7', 1, 4, 'Toy Story', 10)
  expect(known.queue).toEqual([{ user: '7', item: '1', rating: 4, at: 10 }])
  expect(known.ratings['7']).toEqual({ 1: 4 })
  expect(rated(emptyShelf(), NEWCOMER, 1, 4, 'Toy Story', 10).queue).toEqual([])
})

test('a newer rating of the same film replaces the one that waits', () => {
  const shelf = rated(rated(rated(emptyShelf(), '7', 1, 4, 'a', 10), '7', 2, 3, 'b', 11), '7', 1, 2, 'a', 12)
  expect(shelf.queue.map((e) => [e.item, e.rating])).toEqual([
    ['2', 3],
    ['1', 2],
  ])
})

test('an acknowledgement takes off only what was sent', () => {
  const before = rated(emptyShelf(), '7', 1, 4, 'a', 10)
  const sent = before.queue[0]!
  expect(acknowledged(before, sent).queue).toEqual([])
  const meanwhile = rated(before, '7', 1, 5, 'a', 11)
  expect(acknowledged(meanwhile, sent).queue).toEqual([{ user: '7', item: '1', rating: 5, at: 11 }])
})

test('taken back', () => {
  const shelf = rated(rated(emptyShelf(), '7', 1, 4, 'a', 10), '7', 1, null, 'a', 12)
  expect(shelf.ratings['7']).toEqual({})
  expect(shelf.queue).toEqual([{ user: '7', item: '1', rating: null, at: 12 }])
})

test('aside and back', () => {
  const shelf = putAside(putAside(emptyShelf(), '7', 1, 'view', 10), '7', 1, 'dislike', 11)
  expect(shelf.aside['7']).toEqual(['1'])
  expect(shelf.queue).toEqual([{ user: '7', item: '1', rating: null, event: 'dislike', at: 11 }])
  const back = putAside(shelf, '7', 1, 'remove', 12)
  expect(back.aside['7']).toEqual([])
  expect(back.queue.map((e) => e.event)).toEqual(['remove'])
  expect(putAside(emptyShelf(), NEWCOMER, 1, 'dislike', 10).queue).toEqual([])
})

test('what is stored is read back; what is no shelf is an empty one', () => {
  const shelf = rated(emptyShelf(), '7', 1, 4, 'a', 10)
  expect(readShelf(JSON.stringify(shelf))).toEqual(shelf)
  for (const bad of [null, '', '{', '7', 'null', '[]', '{"queue":3}', '{"prefer":{}}']) expect(readShelf(bad)).toEqual(emptyShelf())
})
