import { describe, expect, test } from 'vitest'
import { readDiscover, request, shares, turnGenre } from '../src/lib/discover'
import { emptyShelf, NEWCOMER, putAside, rated } from '../src/lib/store'

const read = (text: string) => readDiscover(new URLSearchParams(text))

describe('the address', () => {
  test('says everything', () => {
    const text = 'user=7&q=funny&genre=Comedy&genre=Drama&not=War&soft=1&n=30&model=als&diversity=0.3&ga=0.5&drop=years'
    expect(read(text)).toEqual({
      user: '7',
      wish: 'funny',
      genres: ['Comedy', 'Drama'],
      without: ['War'],
      strict: false,
      count: 30,
      model: 'als',
      diversity: 0.3,
      alphas: { genre: 0.5, popularity: null, embedding: null },
      dropped: ['years'],
    })
  })
  test('nonsense is bounded', () => {
    expect(read('n=9999').count).toBe(50)
    expect(read('n=0').count).toBe(1)
    expect(read('n=x').count).toBe(20)
    expect(read('diversity=-3').diversity).toBe(0)
    expect(read('ga=NaN').alphas.genre).toBeNull()
    expect(read('').user).toBeNull()
  })
  test('old addresses and the newcomer', () => {
    expect(read('user_id=5').user).toBe('5')
    expect(read('me=1&user=5').user).toBe(NEWCOMER)
  })
})

test('a genre chip goes round', () => {
  expect(turnGenre(read(''), 'War')).toEqual({ genre: ['War'], not: [] })
  expect(turnGenre(read('genre=War'), 'War')).toEqual({ genre: [], not: ['War'] })
  expect(turnGenre(read('not=War'), 'War')).toEqual({ genre: [], not: [] })
})

describe('the request', () => {
  test('for anyone', () => {
    expect(request(read(''), emptyShelf())).toEqual({
      path: '/api/recommend',
      ask: { body: { top_k: 20, strict: true, explain: true } },
    })
  })
  test('for a person whose film is put aside', () => {
    const shelf = putAside(putAside(emptyShelf(), '7', 'x1', 'dislike', 1), '7', 12, 'view', 2)
    const { path, ask } = request(read('user=7&genre=War&not=Drama'), shelf)
    expect(path).toBe('/api/recommend')
    expect(ask.body).toMatchObject({ user_id: 7, genre: ['War'], exclude_genre: ['Drama'], exclude_ids: ['x1', 12] })
  })
  test('for a newcomer: ratings, before them genres', () => {
    const shelf = { ...emptyShelf(), prefer: ['Comedy'] }
    expect(request(read('me=1'), shelf).ask.body).toMatchObject({ prefer: { Comedy: 5 } })
    const body = request(read('me=1'), rated(shelf, NEWCOMER, 1, 4, 'Toy Story', 0)).ask.body as Record<string, unknown>
    expect(body.ratings).toEqual([{ item_id: 1, rating: 4 }])
    expect(body.prefer).toBeUndefined()
  })
  test('for a wish', () => {
    const { path, ask } = request(read('q=sad&ga=0.5&drop=years&user=3'), emptyShelf())
    expect(path).toBe('/api/search')
    expect(ask.body).toMatchObject({ q: 'sad', user_id: 3, genre_alpha: 0.5, without_chips: ['years'], strict: false })
  })
})

test('bars', () => {
  expect(shares([4, 2, 0])).toEqual([1, 0.5, 0])
  expect(shares([1, -1])).toEqual([1, 0])
  expect(shares([])).toEqual([])
  expect(shares([0, 0])).toEqual([0, 0])
  expect(shares([undefined, 2])).toEqual([0, 1])
})
