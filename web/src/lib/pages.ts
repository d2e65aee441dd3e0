/* pages.ts: a long list that the service gives page by page: pages are fetched when something in them
 * is about to be seen. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { ask, type Film, type Params, Problem } from './api'

export const PAGE = 60

export interface FilmPage {
  total: number
  movies: Film[]
}

interface State {
  key: string
  total: number | undefined
  films: (Film | undefined)[]
  problem: Problem | undefined
}

export function usePages(path: string, params: Params) {
  const key = path + JSON.stringify(params)
  const empty: State = { key, total: undefined, films: [], problem: undefined }
  const [state, setState] = useState<State>(empty)
  const wanted = useRef<{ key: string; pages: Set<number>; controller: AbortController }>(null)

  const fetchPage = useCallback(
    (page: number) => {
      const now = wanted.current
      if (!now || now.key !== key || now.pages.has(page)) return
      now.pages.add(page)
      ask<FilmPage>(path, { params: { ...params, offset: page * PAGE, top_k: PAGE }, signal: now.controller.signal }).then(
        (answer) => {
          setState((before) => {
            const films = before.key === key ? before.films.slice() : []
            answer.movies.forEach((film, i) => (films[page * PAGE + i] = film))
            return { key, total: answer.total, films, problem: undefined }
          })
        },
        (cause: unknown) => {
          if (now.controller.signal.aborted) return
          now.pages.delete(page)
          const problem = cause instanceof Problem ? cause : new Problem(String(cause), 500)
          setState((before) => ({ ...(before.key === key ? before : { ...before, key }), problem }))
        },
      )
    },
    // The key says all of the parameters.
    [key, path],
  )

  useEffect(() => {
    const controller = new AbortController()
    wanted.current = { key, pages: new Set(), controller }
    fetchPage(0)
    return () => controller.abort()
  }, [key, fetchPage])

  const need = useCallback(
    (first: number, last: number) => {
      for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) fetchPage(page)
    },
    [fetchPage],
  )
  const retry = useCallback(() => {
    setState((before) => ({ ...before, problem: undefined }))
    fetchPage(0)
  }, [fetchPage])
  return { total: state.total, films: state.films, problem: state.problem, isLoading: state.key !== key || state.total === undefined, need, retry }
}
