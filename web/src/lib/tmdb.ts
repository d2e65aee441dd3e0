/* tmdb.ts: posters from TMDb, for who has given this browser a key of their own, from a server that was
 * started with `--posters tmdb`: any other server's Content-Security-Policy lets no other host in. The key
 * goes to TMDb alone. */
import { useSyncExternalStore } from 'react'
import { useAnswer } from './answer'
import { ask } from './api'

const PLACE = 'matinee.tmdb'
const API = 'https://api.themoviedb.org/3/movie/'
const PICTURES = 'https://image.tmdb.org/t/p/w342'
const TOKEN_LEAST = 60 // characters: longer ones are TMDb's read access tokens, not keys

let key = ''
try {
  key = localStorage.getItem(PLACE) ?? ''
} catch {
  // No storage: no key.
}
const listeners = new Set<() => void>()

export function setTmdbKey(next: string) {
  key = next.trim()
  try {
    if (key) localStorage.setItem(PLACE, key)
    else localStorage.removeItem(PLACE)
  } catch {
    // It is known as long as this page lives.
  }
  listeners.forEach((listener) => listener())
}

export const useTmdbKey = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => key,
  )

/* undefined: not known yet. Asked only where somebody has a key or looks at the settings. */
export function useTmdbOffered(isWanted: boolean): boolean | undefined {
  const { data } = useAnswer<{ posters?: string }>(isWanted ? 'health' : null, (signal) => ask('/api/health', { signal }))
  return data && data.posters === 'tmdb'
}

async function find(id: string, signal: AbortSignal): Promise<string> {
  const isToken = key.length >= TOKEN_LEAST
  const response = await fetch(`${API}${encodeURIComponent(id)}${isToken ? '' : `?api_key=${encodeURIComponent(key)}`}`, { signal, referrerPolicy: 'no-referrer', headers: isToken ? { Authorization: `Bearer ${key}` } : {} })
  const { poster_path: path } = response.ok ? ((await response.json()) as { poster_path?: string | null }) : {}
  return path ? `${PICTURES}${path}` : ''
}

/* The address of a film's poster; undefined where there is none, or none yet. */
export function useTmdbPoster(id: string): string | undefined {
  const isOffered = useTmdbOffered(true)
  return useAnswer<string>(isOffered ? `tmdb ${id}` : null, (signal) => find(id, signal)).data || undefined
}
