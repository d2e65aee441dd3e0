/* states.tsx: what is shown where there is nothing to show yet, or any more. */
import type { ReactNode } from 'react'
import type { Problem } from '../lib/api'
import { Link } from '../lib/router'
import { t } from '../lib/texts'

export function Notice({ title, children, action, isPage }: { title: string; children?: ReactNode; action?: ReactNode; isPage?: boolean }) {
  const Heading = isPage ? 'h1' : 'h2'
  return (
    <div className="notice">
      <svg className="notice-art" viewBox="0 0 120 80" aria-hidden="true" focusable="false">
        <rect x="6" y="8" width="108" height="64" rx="4" fill="none" stroke="currentColor" strokeWidth="2" />
        <path d="M6 72 L46 30 60 50 74 38 114 72" fill="none" stroke="currentColor" strokeWidth="2" strokeLinejoin="round" />
        <circle cx="88" cy="26" r="7" fill="var(--accent)" />
      </svg>
      <Heading>{title}</Heading>
      {children && <p>{children}</p>}
      {action}
    </div>
  )
}

export function Failed({ problem, retry }: { problem: Problem; retry: () => void }) {
  return (
    <div role="alert">
      <Notice
        title={problem.isOffline ? t.states.offline : t.states.failed}
        action={
          <button type="button" className="button" onClick={retry}>
            {t.states.retry}
          </button>
        }
      >
        {problem.isOffline ? t.states.offlineMore : problem.message}
      </Notice>
    </div>
  )
}

export const Absent = ({ route }: { route: string }) => <Notice title={t.states.absentTitle}>{t.states.absent(route)}</Notice>

export const Lost = () => (
  <Notice isPage title={t.states.lostTitle} action={<Link className="button" href="/">{t.states.home}</Link>}>
    {t.states.lost}
  </Notice>
)

/* Films that are not there yet, inside their grid. */
export const Blanks = ({ count }: { count: number }) =>
  Array.from({ length: Math.max(count, 0) }, (_, i) => (
    <div key={`blank ${i}`} className="film skeleton" aria-hidden="true">
      <div className="poster" />
      <div className="film-body">
        <div className="line wide" />
        <div className="line" />
        <div className="line wide" />
      </div>
    </div>
  ))

export const Skeletons = ({ count }: { count: number }) => (
  <div className="films" aria-hidden="true">
    <Blanks count={count} />
  </div>
)

/* A request that failed because the route is not there, not because of what was asked. */
export const isAbsent = (problem: Problem | undefined) => problem?.status === 404 && /nothing at/.test(problem.message)
