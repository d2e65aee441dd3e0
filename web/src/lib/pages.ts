/* pages.ts: a long list that the service gives page by page, each page naming the next: fetched in
 * turn, as far as somebody has scrolled. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { ask, type Film, type Params, Problem } from './api'

export const PAGE = 240

interface Page {
  total: number
  next: string | null
  [films: string]: unknown
}

interface State {
  key: string
  total: number | undefined
  films: Film[]
  problem: Problem | undefined
}

/* `member`: where the films are in an answer; `size`: how its parameter for a page's size is called. */
export function usePages(path: string, member: string, size: string, params: Params) {
  const key = path + JSON.stringify(params)
  const [state, setState] = useState<State>({ key, total: undefined, films: [], problem: undefined })
  const [turn, setTurn] = useState(0)
  const [wanted, setWanted] = useState({ key, count: 1 })
  const progress = useRef<{ key: string; next: string | null; isAsking: boolean; count: number }>(null)

  useEffect(() => {
    const controller = new AbortController()
    const now = progress.current?.key === key && turn === 0 ? progress.current : { key, next: null, isAsking: false, count: 0 }
    progress.current = now
    const step = () => {
      const isDone = now.count > 0 && (now.next === null || now.count >= (wanted.key === key ? wanted.count : 1))
      if (now.isAsking || isDone) return
      now.isAsking = true
      ask<Page>(path, { params: { ...params, [size]: PAGE, cursor: now.next }, signal: controller.signal }).then(
        (page) => {
          const films = page[member] as Film[]
          const isFirst = now.count === 0
          now.count += films.length
          now.next = films.length ? page.next : null
          now.isAsking = false
          setState((before) => ({ key, total: page.total, films: isFirst ? films : [...before.films, ...films], problem: undefined }))
          if (films.length) step()
        },
        (cause: unknown) => {
          now.isAsking = false
          if (controller.signal.aborted) return
          const problem = cause instanceof Problem ? cause : new Problem(String(cause), 500)
          setState((before) => (before.key === key ? { ...before, problem } : { key, total: undefined, films: [], problem }))
        },
      )
    }
    step()
    return () => controller.abort()
    // The key says all of the parameters.
  }, [key, wanted, turn, path, member, size])

  const need = useCallback((_first: number, last: number) => setWanted((before) => (before.key === key && before.count > last ? before : { key, count: last + 1 })), [key])
  const retry = useCallback(() => {
    setState((before) => ({ ...before, problem: undefined }))
    setTurn((n) => n + 1)
  }, [])
  return { total: state.total, films: state.films, problem: state.problem, need, retry }
}
