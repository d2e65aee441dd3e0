/* answer.ts: useAnswer(key, load): what the service says, kept on the screen while something newer
 * is asked for. A request that nobody waits for any more is cancelled; answers are kept for a
 * while, so that the back button shows them at once. */
import { useEffect, useRef, useState } from 'react'
import { Problem } from './api'

const KEPT_MAX = 60
const AGAIN_MS = 2500
const kept = new Map<string, unknown>()

function keep(key: string, value: unknown) {
  kept.delete(key)
  kept.set(key, value)
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value!)
}

const forgetful = new Set<(prefix: string) => void>()

/* Answers whose key begins so are asked for anew, those on the screen at once. */
export function forget(prefix: string) {
  for (const key of [...kept.keys()]) if (key.startsWith(prefix)) kept.delete(key)
  forgetful.forEach((listener) => listener(prefix))
}

export interface Answer<T> {
  data: T | undefined // of the key, or of the one before while it is loading
  problem: Problem | undefined
  isLoading: boolean
  retry: () => void
}

export function useAnswer<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<T>,
  delay = 0,
): Answer<T> {
  const [state, setState] = useState<{ key: string | null; data?: T; problem?: Problem }>(() => ({
    key,
    data: key !== null ? (kept.get(key) as T | undefined) : undefined,
  }))
  const [turn, setTurn] = useState(0)
  const isFirst = useRef(true) // nothing slides yet: asked at once
  const loader = useRef(load)
  loader.current = load

  useEffect(() => {
    const again = (prefix: string) => key?.startsWith(prefix) && setTurn((n) => n + 1)
    forgetful.add(again)
    return () => void forgetful.delete(again)
  }, [key])

  useEffect(() => {
    if (key === null) return
    if (kept.has(key)) {
      setState({ key, data: kept.get(key) as T })
      return
    }
    const controller = new AbortController()
    let again: ReturnType<typeof setTimeout> | undefined
    const timer = setTimeout(() => {
      loader.current(controller.signal).then(
        (data) => {
          keep(key, data)
          if (!controller.signal.aborted) setState({ key, data })
        },
        (cause: unknown) => {
          if (controller.signal.aborted) return
          const problem = cause instanceof Problem ? cause : new Problem(String(cause), 500)
          setState((before) => ({ key, data: before.data, problem }))
          // Not ready yet, says the service: something is being read or made.
          if (problem.status === 503) again = setTimeout(() => setTurn((n) => n + 1), AGAIN_MS)
        },
      )
    }, isFirst.current ? 0 : delay)
    isFirst.current = false
    return () => {
      clearTimeout(timer)
      clearTimeout(again)
      controller.abort()
    }
  }, [key, turn, delay])

  const known = key !== null && state.key !== key ? (kept.get(key) as T | undefined) : undefined
  return {
    data: known ?? state.data,
    problem: state.key === key ? state.problem : undefined,
    isLoading: key !== null && known === undefined && (state.key !== key || (!state.data && !state.problem)),
    retry: () => {
      if (key !== null) kept.delete(key)
      setState((before) => ({ key: null, data: before.data }))
      setTurn((n) => n + 1)
    },
  }
}

/* A value once it has stood still for `delay` milliseconds. */
export function useSettled<T>(value: T, delay: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delay)
    return () => clearTimeout(timer)
  }, [value, delay])
  return settled
}
