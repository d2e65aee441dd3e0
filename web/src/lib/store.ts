/* store.ts: what the page itself remembers, in the browser: a newcomer's ratings, what a person put
 * aside, and the queue of ratings and events that the service has not acknowledged yet. The queue survives a
 * reload and a lost connection: an entry leaves it when the service has answered, never before.
 *
 * A state is plain data and every change a pure function (tests/store.test.ts); `shelf` is the one
 * place that reads and writes localStorage. */
import { useSyncExternalStore } from 'react'
import { ask, type Id, Problem } from './api'
import { forget } from './answer'
import { isOffered } from './offers'

export const NEWCOMER = '' // the person who is nobody's number yet

export interface Entry {
  user: string // an id that the service knows
  item: string
  rating: number | null // null: taken back
  event?: Happened // an event in place of a rating
  at: number
}

/* "Not this", "Seen", and either taken back. */
export type Happened = 'dislike' | 'view' | 'remove'


export interface Shelf {
  ratings: Record<string, Record<string, number>> // by person: film → rating, as the page knows it
  aside: Record<string, string[]> // by person: films put aside ("not this", "seen")
  titles: Record<string, string> // of films on this shelf
  prefer: string[] // the newcomer's genres
  queue: Entry[]
}

export const emptyShelf = (): Shelf => ({ ratings: {}, aside: {}, titles: {}, prefer: [], queue: [] })

export function rated(shelf: Shelf, user: string, item: Id, rating: number | null, name: string, at: number): Shelf {
  const key = String(item)
  const own = { ...shelf.ratings[user] }
  if (rating === null) delete own[key]
  else own[key] = rating
  const queue = queued(shelf, { user, item: key, rating, at })
  return { ...shelf, ratings: { ...shelf.ratings, [user]: own }, titles: { ...shelf.titles, [key]: name }, queue }
}

/* Behind all others, in place of what waited of the same film; a newcomer's is nobody's. */
const queued = ({ queue }: Shelf, entry: Entry): Entry[] =>
  entry.user === NEWCOMER ? queue : [...queue.filter((e) => e.user !== entry.user || e.item !== entry.item), entry]

export function putAside(shelf: Shelf, user: string, item: Id, event: Happened, at: number): Shelf {
  const key = String(item)
  const rest = (shelf.aside[user] ?? []).filter((id) => id !== key)
  const aside = event === 'remove' ? rest : [...rest, key]
  return { ...shelf, aside: { ...shelf.aside, [user]: aside }, queue: queued(shelf, { user, item: key, rating: null, event, at }) }
}

/* The newcomer has said nothing yet. */
export const isUntouched = (shelf: Shelf) => !shelf.prefer.length && !Object.keys(shelf.ratings[NEWCOMER] ?? {}).length

/* The entry was acknowledged; one of the same film that came later stays. */
export const acknowledged = (shelf: Shelf, entry: Entry): Shelf => ({
  ...shelf,
  queue: shelf.queue.filter((e) => e.user !== entry.user || e.item !== entry.item || e.at !== entry.at),
})

/* A stored text; what is no shelf (an older page's, another program's) counts as an empty one. */
export function readShelf(text: string | null): Shelf {
  try {
    const value: unknown = JSON.parse(text ?? 'null')
    if (!value || typeof value !== 'object') return emptyShelf()
    const given = value as Partial<Shelf>
    const shelf = { ...emptyShelf(), ...given }
    return Array.isArray(shelf.queue) && Array.isArray(shelf.prefer) ? shelf : emptyShelf()
  } catch {
    return emptyShelf()
  }
}

const PLACE = 'matinee.shelf'
let shelf = emptyShelf()
let hasRead = false
let problem: string | null = null
const listeners = new Set<() => void>()

function read(): Shelf {
  if (!hasRead) {
    hasRead = true
    shelf = readShelf(localStorage.getItem(PLACE))
  }
  return shelf
}

export function change(next: (shelf: Shelf) => Shelf) {
  shelf = next(read())
  try {
    localStorage.setItem(PLACE, JSON.stringify(shelf))
  } catch {
    // A full or forbidden storage: the ratings live as long as this page does.
  }
  listeners.forEach((listener) => listener())
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useShelf = () => useSyncExternalStore(subscribe, read)
export const useQueueProblem = () => useSyncExternalStore(subscribe, () => problem)

function tell(text: string | null) {
  if (text === problem) return
  problem = text
  listeners.forEach((listener) => listener())
}

const outside = (id: string) => (/^(0|[1-9]\d{0,14})$/.test(id) ? Number(id) : id)

function send({ user, item, rating, event, at }: Entry): Promise<unknown> {
  const item_id = outside(item)
  if (event) return ask('/api/events', { body: { user_id: outside(user), item_id, event, time: Math.floor(at / 1000) } })
  const path = `/api/users/${encodeURIComponent(user)}/ratings`
  return rating === null ? ask(path, { method: 'DELETE', params: { item_id } }) : ask(path, { method: 'PUT', body: { item_id, rating } })
}

let isSending = false

/* Sends what waits, oldest first. A refusal for good (4xx) takes the entry off and says why. */
export async function flush(): Promise<void> {
  if (isSending) return
  isSending = true
  try {
    for (let entry = read().queue[0]; entry; entry = read().queue[0]) {
      const sent = entry
      try {
        // A server that keeps no ratings: they wait for one that does.
        if (!(await isOffered('PUT', '/api/users/{id}/ratings'))) return
        await send(sent)
        tell(null)
      } catch (cause) {
        const status = cause instanceof Problem ? cause.status : 500
        tell(cause instanceof Error ? cause.message : String(cause))
        if (status < 400 || status >= 500 || status === 429 || status === 401 || status === 403) return
      }
      forget('person')
      change((s) => acknowledged(s, sent))
    }
  } finally {
    isSending = false
  }
}

export function rate(user: string, item: Id, rating: number | null, name: string) {
  change((s) => rated(s, user, item, rating, name, Date.now()))
  void flush()
}

export function setAside(user: string, item: Id, event: Happened) {
  change((s) => putAside(s, user, item, event, Date.now()))
  void flush()
}

/* Called once: other tabs, the connection that comes back, and a slow second try. */
export function watch() {
  addEventListener('storage', (event) => {
    if (event.key !== PLACE) return
    shelf = readShelf(event.newValue)
    listeners.forEach((listener) => listener())
  })
  addEventListener('online', () => void flush())
  setInterval(() => read().queue.length > 0 && void flush(), 15000)
  void flush()
}
