/* analytics.tsx: the data and the models in figures (/api/analytics), and how the server is doing
 * (/metrics). Everything is counted by the service; this page draws. */
import { useEffect, useMemo, useState } from 'react'
import { useAnswer } from '../lib/answer'
import { ask, Problem } from '../lib/api'
import { useModels } from '../lib/lists'
import { latencies, type Sample, samples, total } from '../lib/metrics'
import { useOffers } from '../lib/offers'
import { useParams } from '../lib/router'
import { t } from '../lib/texts'
import { Bars, Columns } from '../parts/bars'
import { type Line, Plot } from '../parts/plot'
import { Absent, Failed, isAbsent } from '../parts/states'

interface Analytics {
  model: string
  ratings: { rating: number; count: number }[]
  genres: { genre: string; films: number; ratings: number; mean: number | null }[]
  months: { month: string; ratings: number; people: number }[]
  years: { year: number; ratings: number; people: number; genres: Record<string, number> }[] // shares
  popularity: { first: number; last: number; people: number; recommended: number }[]
  lists: { people: number; top_k: number; coverage: number; diversity: number; novelty: number }
}

const LIVE_MS = 2000
const LIVE_POINTS = 90
const TASTES = 6 // genres whose share is drawn over time

function useAnalytics(names: string[]) {
  const [found, setFound] = useState<{ key: string; all: Analytics[]; problem?: Problem }>({ key: '', all: [] })
  const key = names.join('\n')
  useEffect(() => {
    if (!key) return
    const controller = new AbortController()
    Promise.all(key.split('\n').map((model) => ask<Analytics>('/api/analytics', { params: { model }, signal: controller.signal }))).then(
      (all) => setFound({ key, all }),
      (cause: unknown) => {
        if (!controller.signal.aborted) setFound({ key, all: [], problem: cause instanceof Problem ? cause : new Problem(String(cause), 500) })
      },
    )
    return () => controller.abort()
  }, [key])
  return found
}

function Popularity({ all }: { all: Analytics[] }) {
  const steps = all[0]!.popularity
  const x = useMemo(() => steps.map((step) => (step.first + step.last) / 2), [steps])
  const lines = useMemo<Line[]>(() => {
    const people = steps.reduce((sum, step) => sum + step.people * (step.last - step.first + 1), 0) || 1
    return [
      { name: t.analytics.seenShare, values: steps.map((step) => (100 * step.people * (step.last - step.first + 1)) / people) },
      ...all.map((one) => ({ name: one.model, values: one.popularity.map((step) => 100 * step.recommended) })),
    ]
  }, [all, steps])
  return <Plot label={t.analytics.popularity} x={x} xLabel={t.analytics.rank} lines={lines} isLog />
}

function Activity({ data }: { data: Analytics }) {
  const x = useMemo(() => data.months.map((month) => Date.parse(`${month.month}-01T00:00:00Z`) / 1000), [data])
  const lines = useMemo<Line[]>(() => [{ name: t.analytics.ratings, values: data.months.map((month) => month.ratings) }], [data])
  return <Plot label={t.analytics.activity} x={x} xLabel={t.analytics.month} lines={lines} isTime />
}

function Tastes({ data }: { data: Analytics }) {
  const names = useMemo(() => [...data.genres].sort((a, b) => b.ratings - a.ratings).slice(0, TASTES).map((one) => one.genre), [data])
  const x = useMemo(() => data.years.map((year) => year.year), [data])
  const lines = useMemo<Line[]>(
    () => names.map((genre) => ({ name: genre, values: data.years.map((year) => (year.ratings ? Math.round(1000 * (year.genres[genre] ?? 0)) / 10 : null)) })),
    [names, data],
  )
  return <Plot label={t.analytics.tastes} x={x} xLabel={t.film.year} lines={lines} />
}

function Models({ all }: { all: Analytics[] }) {
  const { data: models } = useModels()
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t.analytics.models}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.about.model}</th>
            <th scope="col">{t.analytics.coverage}</th>
            <th scope="col">{t.analytics.diversity}</th>
            <th scope="col">{t.analytics.novelty}</th>
            <th scope="col">ndcg@10</th>
            <th scope="col">hit_rate@10</th>
          </tr>
        </thead>
        <tbody>
          {all.map(({ model, lists }) => (
            <tr key={model}>
              <th scope="row">{model}</th>
              <td className="number">{(100 * lists.coverage).toFixed(1)}%</td>
              <td className="number">{lists.diversity.toFixed(3)}</td>
              <td className="number">{lists.novelty.toFixed(2)}</td>
              <td className="number">{models?.details[model]?.metrics['ndcg@10']?.toFixed(4) ?? '–'}</td>
              <td className="number">{models?.details[model]?.metrics['hit_rate@10']?.toFixed(4) ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="soft">{t.analytics.listsNote(all[0]!.lists.people, all[0]!.lists.top_k)}</p>
    </div>
  )
}

/* Requests a second and latency, from two readings of the server's counters after each other. */
function Live() {
  const isOffered = useOffers('GET', '/metrics')
  const [past, setPast] = useState<{ at: number; all: Sample[] }[]>([])
  useEffect(() => {
    if (!isOffered) return
    let isOver = false
    const look = () =>
      ask<string>('/metrics').then(
        (text) => !isOver && typeof text === 'string' && setPast((before) => [...before, { at: Date.now() / 1000, all: samples(text) }].slice(-LIVE_POINTS)),
        () => undefined,
      )
    void look()
    const timer = setInterval(() => document.visibilityState === 'visible' && void look(), LIVE_MS)
    return () => {
      isOver = true
      clearInterval(timer)
    }
  }, [isOffered])
  const rates = useMemo(() => past.slice(1).map((now, i) => Math.max(0, (total(now.all, 'requests') - total(past[i]!.all, 'requests')) / (now.at - past[i]!.at))), [past])
  const x = useMemo(() => past.slice(1).map(({ at }) => at), [past])
  const lines = useMemo<Line[]>(() => [{ name: t.analytics.perSecond, values: rates }], [rates])
  if (isOffered === false) return <p className="soft">{t.states.absent('/metrics')}</p>
  const slow = past.length ? latencies(past.at(-1)!.all) : []
  return (
    <>
      {x.length > 1 && <Plot label={t.analytics.requests} x={x} xLabel={t.analytics.time} lines={lines} isTime height={200} />}
      {slow.length > 0 && <Bars label={t.analytics.latency} bars={slow.map((one) => ({ name: one.name, value: one.milliseconds, text: t.api.took(one.milliseconds) }))} />}
    </>
  )
}

interface DriftSignal {
  value: number | null
  expected: number | null
  limit: number
  enough: boolean
  raised: boolean
}

function Drift() {
  const isOffered = useOffers('GET', '/api/drift')
  const answer = useAnswer<{ rows: number; signals: Record<string, DriftSignal> }>(isOffered ? 'drift' : null, (signal) => ask('/api/drift', { signal }))
  if (isOffered === false) return <p className="soft">{t.states.absent('/api/drift')}</p>
  if (answer.problem) return <p className="soft">{answer.problem.message}</p>
  if (!answer.data) return null
  return (
    <>
      <table>
        <tbody>
          {Object.entries(answer.data.signals).map(([name, signal]) => (
            <tr key={name}>
              <th scope="row">{name.replaceAll('_', ' ')}</th>
              <td className="number">{signal.value?.toFixed(3) ?? '–'}</td>
              <td className="soft">{t.analytics.driftLimit(signal.limit)}</td>
              <td>{!signal.enough ? <span className="soft">{t.analytics.driftFew}</span> : signal.raised ? <strong>{t.analytics.driftRaised}</strong> : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="soft">{t.analytics.driftNote(answer.data.rows)}</p>
    </>
  )
}

export default function AnalyticsPage() {
  const [params, set] = useParams()
  const { data: models } = useModels()
  const names = useMemo(() => (models?.models ?? []).slice(0, 5), [models])
  const { all, problem } = useAnalytics(names)
  const data = all.find((one) => one.model === params.get('model')) ?? all[0]
  return (
    <main id="content" className="page" aria-busy={!data && !problem}>
      <header className="page-head">
        <h1>{t.nav.analytics}</h1>
        <p className="lead">{t.analytics.lead}</p>
      </header>
      {problem && (isAbsent(problem) ? <Absent route="/api/analytics" /> : <Failed problem={problem} retry={() => set({})} />)}
      {data && (
        <div className="panels is-wide">
          <section className="panel">
            <h2>{t.analytics.distribution}</h2>
            <Columns label={t.analytics.distribution} bars={data.ratings.map((one) => ({ name: String(one.rating), value: one.count }))} />
          </section>
          <section className="panel">
            <h2>{t.analytics.modelsTitle}</h2>
            <Models all={all} />
          </section>
          <section className="panel">
            <Popularity all={all} />
            <p className="soft">{t.analytics.popularityNote}</p>
          </section>
          {data.months.length > 1 && (
            <section className="panel">
              <Activity data={data} />
            </section>
          )}
          <section className="panel">
            <h2>{t.analytics.genres}</h2>
            <Bars label={t.analytics.genres} bars={[...data.genres].sort((a, b) => b.ratings - a.ratings).map((one) => ({ name: one.genre, value: one.ratings }))} />
          </section>
          <section className="panel">
            <h2>{t.analytics.means}</h2>
            <Bars label={t.analytics.means} bars={data.genres.filter((one) => one.mean !== null).sort((a, b) => b.mean! - a.mean!).map((one) => ({ name: one.genre, value: one.mean!, text: one.mean!.toFixed(2) }))} />
          </section>
          {data.years.length > 1 && (
            <section className="panel">
              <Tastes data={data} />
            </section>
          )}
          <section className="panel">
            <h2>{t.analytics.live}</h2>
            <Live />
          </section>
          <section className="panel">
            <h2>{t.analytics.drift}</h2>
            <Drift />
          </section>
        </div>
      )}
    </main>
  )
}
