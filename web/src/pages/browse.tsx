/* browse.tsx: every film of the catalogue, by title (slips of the pen forgiven), genre, decade and
 * order; and, at /top, the best of them. Both are one list of the service; only what is near the
 * window is fetched and drawn. */
import '../styles/browse.css'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useSettled } from '../lib/answer'
import type { Film } from '../lib/api'
import { useGenres } from '../lib/lists'
import { usePages } from '../lib/pages'
import { filmAddress, Link, useParams } from '../lib/router'
import { t } from '../lib/texts'
import { mainTitle } from '../lib/titles'
import { Poster } from '../parts/poster'
import { Absent, Failed, isAbsent, Notice, Skeletons } from '../parts/states'
import { VirtualGrid } from '../parts/virtual'

const TYPING_MS = 200
const decades = [1920, 1930, 1940, 1950, 1960, 1970, 1980, 1990, 2000, 2010, 2020]
const orders = {
  browse: ['popular', 'rated', 'trending', 'year', 'title'],
  top: ['rated', 'popular', 'trending'],
} as const
const counts = [0, 10, 50, 100, 200]

type Kind = keyof typeof orders

function Title({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(text)
  const settled = useSettled(typed, TYPING_MS).trim()
  const said = useRef(text)
  useEffect(() => {
    if (text !== said.current) setTyped(text)
    said.current = text
  }, [text])
  useEffect(() => {
    if (settled === said.current) return
    said.current = settled
    onChange(settled)
  }, [settled, onChange])
  return (
    <label className="field">
      <span>{t.browse.search}</span>
      <input value={typed} autoComplete="off" spellCheck={false} maxLength={200} onChange={(event) => setTyped(event.target.value)} />
    </label>
  )
}

function Choice({ label, value, choices, onChange }: { label: string; value: string; choices: [string, string][]; onChange: (value: string) => void }) {
  return (
    <label className="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {choices.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

function Cell({ film, rank }: { film: Film | undefined; rank: number }) {
  if (!film)
    return (
      <div className="cell skeleton">
        <div className="poster" />
        <div className="line wide" />
      </div>
    )
  return (
    <Link className="cell" href={filmAddress(film.item_id)}>
      <span className="cell-poster">
        <Poster id={film.item_id} film={film} />
        {rank > 0 && <span className="rank">{rank}</span>}
      </span>
      <strong>{mainTitle(film.title)}</strong>
      <span className="soft">{[film.year, film.genres.join(', ')].filter(Boolean).join(' · ')}</span>
    </Link>
  )
}

function useFilters(kind: Kind) {
  const [params, set] = useParams()
  const choices = orders[kind]
  const title = params.get('q') ?? ''
  const order = choices.find((one) => one === params.get('order')) ?? choices[0]
  const asked = useMemo(() => {
    const decade = Number(params.get('decade'))
    return {
      q: title || undefined,
      // What was typed is answered by how well it fits, unless an order was chosen.
      [kind === 'top' ? 'by' : 'sort']: title && !params.has('order') ? undefined : order,
      genre: params.getAll('genre'),
      years: decade ? `${decade}-${decade + 9}` : undefined,
      min_ratings: Number(params.get('min')) || undefined,
    }
  }, [params, title, order, kind])
  return { params, set, title, order, asked }
}

export function FilmList({ kind }: { kind: Kind }) {
  const { params, set, title, order, asked } = useFilters(kind)
  const { data: genres } = useGenres()
  const isTop = kind === 'top'
  const list = usePages(isTop ? '/api/top' : '/api/movies', isTop ? 'films' : 'movies', isTop ? 'top_k' : 'limit', asked)
  const onTitle = useMemo(() => (q: string) => set({ q }), [set])
  return (
    <main id="content" className="page">
      <header className="page-head">
        <h1>{isTop ? t.browse.topTitle[order as (typeof orders)['top'][number]] : t.browse.title}</h1>
        <div className="filters">
          {!isTop && <Title text={title} onChange={onTitle} />}
          <Choice label={t.browse.genre} value={params.get('genre') ?? ''} choices={[['', t.browse.any], ...(genres ?? []).map((g): [string, string] => [g, g])]} onChange={(genre) => set({ genre })} />
          <Choice label={t.browse.decade} value={params.get('decade') ?? ''} choices={[['', t.browse.any], ...decades.map((d): [string, string] => [String(d), t.browse.decadeName(d)])]} onChange={(decade) => set({ decade })} />
          <Choice label={t.browse.order} value={title && !params.has('order') ? 'match' : order} choices={[...(title ? [['match', t.browse.orders.match] as [string, string]] : []), ...orders[kind].map((one): [string, string] => [one, t.browse.orders[one]])]} onChange={(next) => set({ order: next === 'match' || (!title && next === orders[kind][0]) ? null : next })} />
          <Choice label={t.browse.least} value={params.get('min') ?? '0'} choices={counts.map((n) => [String(n), n ? t.browse.atLeast(n) : t.browse.any])} onChange={(min) => set({ min: min === '0' ? null : min })} />
        </div>
        <p className="soft" role="status">
          {list.total !== undefined && t.discover.told(list.total)}
        </p>
      </header>
      {list.problem ? (
        isAbsent(list.problem) ? (
          <Absent route={isTop ? '/api/top' : '/api/movies'} />
        ) : (
          <Failed problem={list.problem} retry={list.retry} />
        )
      ) : list.total === undefined ? (
        <Skeletons count={18} />
      ) : list.total === 0 ? (
        <Notice title={t.states.nothing}>{t.states.nothingMore}</Notice>
      ) : (
        <VirtualGrid key={JSON.stringify(asked)} count={list.total} minWidth={148} gap={22} rowHeight={330} onReach={list.need} render={(i) => <Cell film={list.films[i]} rank={isTop ? i + 1 : 0} />} />
      )}
    </main>
  )
}

export default function BrowsePage() {
  return <FilmList kind="browse" />
}
