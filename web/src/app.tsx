/* app.tsx: the frame around every page, and which page an address opens. Pages other than the first
 * are files of their own, fetched when they are opened. */
import { Component, lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import { Problem } from './lib/api'
import { Link, useAddress } from './lib/router'
import { flush, useQueueProblem, useShelf } from './lib/store'
import { t } from './lib/texts'
import { switchTheme, useTheme } from './lib/theme'
import DiscoverPage from './pages/discover'
import { Failed, Lost } from './parts/states'

const FilmPage = lazy(() => import('./pages/film'))
const BrowsePage = lazy(() => import('./pages/browse'))
const TopPage = lazy(() => import('./pages/top'))
const MapPage = lazy(() => import('./pages/map'))
const AnalyticsPage = lazy(() => import('./pages/analytics'))
const ExperimentsPage = lazy(() => import('./pages/experiments'))
const PersonPage = lazy(() => import('./pages/person'))
const ComparePage = lazy(() => import('./pages/compare'))
const ApiPage = lazy(() => import('./pages/api'))
const AboutPage = lazy(() => import('./pages/about'))

interface Place {
  pattern: RegExp
  page: (captures: string[]) => ReactNode
}

const places: Place[] = [
  { pattern: /^\/(?:home|recommendations)?$/, page: () => <DiscoverPage /> },
  { pattern: /^\/film\/([^/]+)$/, page: ([id]) => <FilmPage key={id} id={id!} /> },
  { pattern: /^\/person\/([^/]+)$/, page: ([id]) => <PersonPage key={id} id={id!} /> },
  { pattern: /^\/browse$/, page: () => <BrowsePage key="browse" /> },
  { pattern: /^\/top(?:-rated)?$/, page: () => <TopPage key="top" /> },
  { pattern: /^\/map$/, page: () => <MapPage /> },
  { pattern: /^\/compare$/, page: () => <ComparePage /> },
  { pattern: /^\/analytics$/, page: () => <AnalyticsPage /> },
  { pattern: /^\/experiments$/, page: () => <ExperimentsPage /> },
  { pattern: /^\/api-docs$/, page: () => <ApiPage /> },
  { pattern: /^\/about$/, page: () => <AboutPage /> },
]

const nav: [string, string][] = [
  ['/', t.nav.discover],
  ['/browse', t.nav.browse],
  ['/top', t.nav.top],
  ['/map', t.nav.map],
  ['/compare', t.nav.compare],
  ['/analytics', t.nav.analytics],
  ['/experiments', t.nav.experiments],
  ['/api-docs', t.nav.api],
  ['/about', t.nav.about],
]

function Masthead({ path }: { path: string }) {
  const theme = useTheme()
  const [isOpen, setOpen] = useState(false)
  useEffect(() => setOpen(false), [path])
  return (
    <header className="masthead">
      <Link href="/" className="wordmark">
        <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
          <path d="M5 25V8l11 10L27 8v17" fill="none" stroke="currentColor" strokeWidth="4" strokeLinejoin="round" strokeLinecap="round" />
          <circle cx="16" cy="6.5" r="3" fill="var(--accent)" />
        </svg>
        {t.name}
      </Link>
      <button type="button" className="menu-button" aria-expanded={isOpen} aria-controls="pages" onClick={() => setOpen(!isOpen)}>
        {t.nav.menu}
      </button>
      <nav id="pages" aria-label={t.nav.label} className={isOpen ? 'is-open' : undefined}>
        {nav.map(([href, name]) => (
          <Link key={href} href={href} aria-current={path === href ? 'page' : undefined}>
            {name}
          </Link>
        ))}
      </nav>
      <button type="button" className="icon-button theme" aria-label={theme === 'dark' ? t.theme.toLight : t.theme.toDark} onClick={switchTheme}>
        <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
          <circle cx="12" cy="12" r="8.5" />
          <path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor" />
        </svg>
      </button>
    </header>
  )
}

/* Says that ratings wait, as long as some do and sending them has failed. */
function Waiting() {
  const shelf = useShelf()
  const problem = useQueueProblem()
  if (!shelf.queue.length || !problem) return null
  return (
    <div className="waiting" role="status">
      {t.states.waiting(shelf.queue.length)}: {problem}
      <button type="button" onClick={() => void flush()}>
        {t.states.retry}
      </button>
    </div>
  )
}

/* A page's file that cannot be fetched, or an error of ours, is said instead of an empty window. */
class Guard extends Component<{ children: ReactNode }, { failure: Error | null }> {
  override state: { failure: Error | null } = { failure: null }
  static getDerivedStateFromError(failure: Error) {
    return { failure }
  }
  override render() {
    if (!this.state.failure) return this.props.children
    const status = /fetch|import|load/i.test(this.state.failure.message) ? 0 : 500
    return (
      <main id="content">
        <Failed problem={new Problem(this.state.failure.message, status)} retry={() => location.reload()} />
      </main>
    )
  }
}

function Page({ path }: { path: string }) {
  for (const { pattern, page } of places) {
    const found = pattern.exec(path)
    if (found) return page(found.slice(1).map(decodeURIComponent))
  }
  return (
    <main id="content">
      <Lost />
    </main>
  )
}

export function App() {
  const address = useAddress()
  const path = (address.split('?')[0] ?? '/').replace(/(.)\/$/, '$1')
  return (
    <>
      <a className="skip" href="#content">
        {t.skip}
      </a>
      <Masthead path={path} />
      <Waiting />
      <Guard key={path}>
        <Suspense fallback={<main id="content" className="page" aria-busy="true" />}>
          <Page path={path} />
        </Suspense>
      </Guard>
      <footer className="foot">
        <p>{t.footer}</p>
      </footer>
    </>
  )
}
