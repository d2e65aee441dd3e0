/* discover.ts: the state of the Discover page as it stands in the address, and the request that it
 * asks the service with. Nothing is ranked or filtered here. */
import type { Ask } from './api'
import { NEWCOMER, type Shelf } from './store'

export const DEFAULT_COUNT = 20
export const COUNT_MAX = 50

export interface Discover {
  user: string | null // null: nobody; NEWCOMER: me
  wish: string
  genres: string[]
  without: string[] // genres
  strict: boolean
  count: number
  model: string
  diversity: number
  alphas: { genre: number | null; popularity: number | null; embedding: number | null }
  dropped: string[] // chips of the wish that the person took away
}

const real = (text: string | null, high: number): number | null => {
  const value = text === null || text === '' ? NaN : Number(text)
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), high) : null
}

export function readDiscover(params: URLSearchParams): Discover {
  const user = params.get('user') ?? params.get('user_id')
  return {
    user: params.has('me') ? NEWCOMER : user || null,
    wish: params.get('q') ?? '',
    genres: params.getAll('genre'),
    without: params.getAll('not'),
    strict: params.get('soft') !== '1',
    count: Math.round(Math.min(Math.max(real(params.get('n'), COUNT_MAX) ?? DEFAULT_COUNT, 1), COUNT_MAX)),
    model: params.get('model') ?? '',
    diversity: real(params.get('diversity'), 1) ?? 0,
    alphas: {
      genre: real(params.get('ga'), 1),
      popularity: real(params.get('pa'), 1),
      embedding: real(params.get('ea'), 1),
    },
    dropped: params.getAll('drop'),
  }
}

/* A genre's chip is pressed: nothing → wanted → unwanted → nothing. */
export function turnGenre(state: Discover, genre: string): { genre: string[]; not: string[] } {
  const others = (list: string[]) => list.filter((one) => one !== genre)
  if (state.genres.includes(genre)) return { genre: others(state.genres), not: [...state.without, genre] }
  if (state.without.includes(genre)) return { genre: state.genres, not: others(state.without) }
  return { genre: [...state.genres, genre], not: state.without }
}

const asId = (id: string) => (/^(0|[1-9]\d{0,14})$/.test(id) ? Number(id) : id)

/* Whose shelf the stars and the hidden films are on. */
export const shelfOf = (state: Discover) => state.user ?? NEWCOMER

export function request(state: Discover, shelf: Shelf): { path: string; ask: Ask } {
  const own = shelf.ratings[shelfOf(state)] ?? {}
  const aside = shelf.aside[shelfOf(state)] ?? []
  const isKnown = state.user !== null && state.user !== NEWCOMER
  const ratings = Object.entries(own).map(([id, rating]) => ({ item_id: asId(id), rating }))
  const body: Record<string, unknown> = {
    top_k: state.count,
    strict: state.strict,
    explain: true,
  }
  if (state.model) body.model = state.model
  if (state.genres.length) body.genre = state.genres
  if (state.without.length) body.exclude_genre = state.without
  if (state.diversity > 0) body.diversity = state.diversity
  const hidden = [...aside, ...(isKnown ? Object.keys(own) : [])]
  if (hidden.length) body.exclude_ids = hidden.map(asId)
  if (isKnown) body.user_id = asId(state.user!)
  else if (state.user === NEWCOMER && ratings.length) body.ratings = ratings
  if (state.user === NEWCOMER && !ratings.length && shelf.prefer.length && !state.wish)
    body.prefer = Object.fromEntries(shelf.prefer.map((genre) => [genre, 5]))
  if (!state.wish) return { path: '/api/recommend', ask: { body } }
  body.q = state.wish
  // A wish is soft about genres unless the person says otherwise.
  body.strict = state.genres.length > 0 && state.strict
  const { genre, popularity, embedding } = state.alphas
  if (genre !== null) body.genre_alpha = genre
  if (popularity !== null) body.pop_alpha = popularity
  if (embedding !== null) body.embed_alpha = embedding
  if (state.dropped.length) body.without_chips = state.dropped
  return { path: '/api/search', ask: { body } }
}

/* How full a film's bar is: the best of the list is full, nothing (or the worst, below it) empty. */
export function shares(scores: readonly (number | undefined)[]): number[] {
  const known = scores.filter((score): score is number => typeof score === 'number')
  const high = Math.max(...known)
  const low = Math.min(0, ...known)
  return scores.map((score) => (score === undefined || high <= low ? 0 : (score - low) / (high - low)))
}
