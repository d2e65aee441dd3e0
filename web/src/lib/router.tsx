/* router.tsx: addresses. The path says the page, the query its state; both are read from and
 * written to the browser's history, so that every view can be linked and the back button works. */
import { type AnchorHTMLAttributes, type MouseEvent, useCallback, useMemo, useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
const tell = () => listeners.forEach((listener) => listener())
if (typeof window !== 'undefined') window.addEventListener('popstate', tell)

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const current = () => location.pathname + location.search

export const useAddress = () => useSyncExternalStore(subscribe, current)

export function navigate(to: string, replace = false) {
  if (to === current()) return
  const isNewPage = to.split('?')[0] !== location.pathname
  history[replace ? 'replaceState' : 'pushState'](null, '', to)
  if (isNewPage && !replace) scrollTo(0, 0)
  tell()
}

export type Patch = Record<string, string | number | boolean | string[] | null | undefined>

/* The query with some keys changed; null, '' and [] remove one. */
export function patched(search: string, patch: Patch): string {
  const params = new URLSearchParams(search)
  for (const [key, value] of Object.entries(patch)) {
    params.delete(key)
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== null && one !== undefined && one !== '') params.append(key, String(one))
  }
  const text = params.toString()
  return text ? `?${text}` : ''
}

export function useParams(): [URLSearchParams, (patch: Patch, replace?: boolean) => void] {
  const address = useAddress()
  const search = address.includes('?') ? address.slice(address.indexOf('?')) : ''
  const params = useMemo(() => new URLSearchParams(search), [search])
  const set = useCallback((patch: Patch, replace = true) => {
    navigate(location.pathname + patched(location.search, patch), replace)
  }, [])
  return [params, set]
}

export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    navigate(href)
  }
  return <a href={href} onClick={follow} {...rest} />
}

export const filmAddress = (id: string | number) => `/film/${encodeURIComponent(id)}`
export const personAddress = (id: string | number) => `/person/${encodeURIComponent(id)}`
