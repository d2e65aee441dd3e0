/* experiments.tsx: the runs that the server has recorded: a table, curves by epoch, what settings two
 * runs differ in; a training started from here with its progress as it happens (server-sent events);
 * and putting a model into service. What changes something asks for a key. */
import { type FormEvent, useEffect, useMemo, useState } from 'react'
import { useAnswer, forget } from '../lib/answer'
import { ask, Problem } from '../lib/api'
import guide from '../guide.json'
import { useOffers } from '../lib/offers'
import { useParams } from '../lib/router'
import { differences, flat } from '../lib/runs'
import { t } from '../lib/texts'
import { type Line, Plot } from '../parts/plot'
import { Absent, Failed, isAbsent, Notice } from '../parts/states'

interface Run {
  id: number | string
  name?: string
  model: string
  data: string
  state?: string
  status?: string
  started?: string | number
  seconds?: number
  fit_seconds?: number
  metrics?: Record<string, number>
  settings?: Record<string, unknown>
  epochs?: { epoch: number; loss?: number | null; validation?: number | null }[]
  model_file?: string | null
}

const SHOWN = ['ndcg@10', 'hit_rate@10', 'rmse']

export function Key() {
  const [key, setKey] = useState(() => sessionStorage.getItem('matinee.key') ?? '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (key) sessionStorage.setItem('matinee.key', key)
    else sessionStorage.removeItem('matinee.key')
  }
  return (
    <form className="key-form" onSubmit={submit}>
      <label className="field">
        <span>{t.runs.key}</span>
        <input type="password" autoComplete="off" value={key} onChange={(event) => setKey(event.target.value)} />
      </label>
      <button type="submit" className="button">
        {t.runs.useKey}
      </button>
    </form>
  )
}

/* Follows a run while it lasts. EventSource cannot send a key, so the stream is read by fetch. */
function useProgress(id: Run['id'] | null) {
  const [epochs, setEpochs] = useState<NonNullable<Run['epochs']>>([])
  const [state, setState] = useState('')
  useEffect(() => {
    if (id === null) return
    const controller = new AbortController()
    setEpochs([])
    setState('')
    const follow = async () => {
      const key = sessionStorage.getItem('matinee.key')
      const response = await fetch(`/api/runs/${encodeURIComponent(id)}/events`, { signal: controller.signal, headers: { Accept: 'text/event-stream', ...(key ? { Authorization: `Bearer ${key}` } : {}) } })
      if (!response.ok || !response.body) return
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      for (let rest = ''; ; ) {
        const { done, value } = await reader.read()
        if (done) break
        const parts = (rest + value).split('\n\n')
        rest = parts.pop() ?? ''
        for (const part of parts) {
          const data = /^data: ?(.*)$/m.exec(part)?.[1]
          const kind = /^event: ?(.*)$/m.exec(part)?.[1] ?? 'message'
          if (!data) continue
          const told = JSON.parse(data) as { epoch?: number; loss?: number; validation?: number; state?: string; status?: string }
          if (told.epoch !== undefined) setEpochs((before) => [...before, { ...told, epoch: told.epoch! }])
          if (told.state ?? told.status) setState((told.state ?? told.status)!)
          else if (kind === 'end' || kind === 'done') setState(kind)
        }
      }
      forget('runs')
    }
    follow().catch(() => undefined)
    return () => controller.abort()
  }, [id])
  return { epochs, state }
}

function Curves({ runs }: { runs: { name: string; epochs: NonNullable<Run['epochs']> }[] }) {
  const x = useMemo(() => [...new Set(runs.flatMap((run) => run.epochs.map((one) => one.epoch)))].sort((a, b) => a - b), [runs])
  const lines = useMemo<Line[]>(
    () =>
      runs.flatMap((run) => {
        const by = new Map(run.epochs.map((one) => [one.epoch, one]))
        const all: Line[] = [{ name: `${run.name}: ${t.runs.loss}`, values: x.map((epoch) => by.get(epoch)?.loss ?? null) }]
        if (run.epochs.some((one) => typeof one.validation === 'number')) all.push({ name: `${run.name}: ${t.runs.validation}`, values: x.map((epoch) => by.get(epoch)?.validation ?? null) })
        return all
      }),
    [runs, x],
  )
  return x.length > 1 ? <Plot label={t.runs.curves} x={x} xLabel={t.runs.epoch} lines={lines} /> : null
}

function Training({ onStart }: { onStart: (id: Run['id']) => void }) {
  const [model, setModel] = useState('ease')
  const [settings, setSettings] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const pairs = settings.split(/\s+/).filter(Boolean).map((pair) => pair.split(/=(.*)/s))
    ask<{ id?: Run['id']; run_id?: Run['id'] }>('/api/train', { body: { model, settings: Object.fromEntries(pairs.map(([key, value]) => [key, value ?? ''])) } }).then(
      (answer) => {
        setProblem(null)
        forget('runs')
        const id = answer.id ?? answer.run_id
        if (id !== undefined) onStart(id)
      },
      (cause: unknown) => setProblem(cause instanceof Problem ? cause : new Problem(String(cause), 500)),
    )
  }
  return (
    <form className="train-form" onSubmit={submit}>
      <label className="field">
        <span>{t.about.model}</span>
        <select value={model} onChange={(event) => setModel(event.target.value)}>
          {guide.models.map((one) => (
            <option key={one.name}>{one.name}</option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>{t.runs.settings}</span>
        <input value={settings} placeholder="trainer.max_epochs=10" onChange={(event) => setSettings(event.target.value)} />
      </label>
      <button type="submit" className="button">
        {t.runs.start}
      </button>
      {problem && (
        <p role="alert" className="why">
          {problem.message}
        </p>
      )}
    </form>
  )
}

function Promote({ run }: { run: Run }) {
  const [said, setSaid] = useState('')
  const promote = () =>
    ask('/api/admin/models', { body: { run: run.id, file: run.model_file } }).then(
      () => {
        forget('models')
        setSaid(t.runs.promoted)
      },
      (cause: unknown) => setSaid(cause instanceof Error ? cause.message : String(cause)),
    )
  return (
    <p>
      <button type="button" className="button" onClick={() => void promote()}>
        {t.runs.promote}
      </button>{' '}
      <span role="status">{said}</span>
    </p>
  )
}

function Detail({ ids }: { ids: string[] }) {
  const canPromote = useOffers('POST', '/api/admin/models')
  const answer = useAnswer<Run[]>(`runs of ${ids.join()}`, (signal) => Promise.all(ids.map((id) => ask<Run>(`/api/runs/${encodeURIComponent(id)}`, { signal }))))
  const runs = answer.data
  if (answer.problem) return <Failed problem={answer.problem} retry={answer.retry} />
  if (!runs) return null
  const rows = differences(runs.map((run) => flat(run.settings ?? {})))
  return (
    <section className="panel run-detail">
      <h2>{runs.map((run) => `${run.model} ${run.id}`).join(', ')}</h2>
      <Curves runs={runs.map((run) => ({ name: `${run.model} ${run.id}`, epochs: run.epochs ?? [] }))} />
      {runs.length > 1 && rows.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="region" aria-label={t.runs.differences}>
          <table>
            <caption>{t.runs.differences}</caption>
            <tbody>
              {rows.map(([key, values]) => (
                <tr key={key}>
                  <th scope="row">
                    <code>{key}</code>
                  </th>
                  {values.map((value, i) => (
                    <td key={i}>{value}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {canPromote && runs.length === 1 && runs[0]!.model_file && <Promote run={runs[0]!} />}
    </section>
  )
}

function Table({ runs, chosen, onChoose }: { runs: Run[]; chosen: string[]; onChoose: (id: string) => void }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t.runs.table}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.runs.look}</th>
            <th scope="col">{t.about.model}</th>
            <th scope="col">{t.runs.data}</th>
            <th scope="col">{t.runs.state}</th>
            {SHOWN.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">{t.about.fit}</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td>
                <input type="checkbox" aria-label={t.runs.lookAt(run.model, String(run.id))} checked={chosen.includes(String(run.id))} onChange={() => onChoose(String(run.id))} /> {run.id}
              </td>
              <th scope="row">{run.model}</th>
              <td>{run.data}</td>
              <td>{run.state ?? run.status}</td>
              {SHOWN.map((name) => (
                <td key={name} className="number">
                  {run.metrics?.[name]?.toFixed(4) ?? ''}
                </td>
              ))}
              <td className="number">{(run.fit_seconds ?? run.seconds) !== undefined ? t.about.seconds(Math.round((run.fit_seconds ?? run.seconds)! * 10) / 10) : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export default function ExperimentsPage() {
  const [params, set] = useParams()
  const hasRuns = useOffers('GET', '/api/runs')
  const canTrain = useOffers('POST', '/api/train')
  const [started, setStarted] = useState<Run['id'] | null>(null)
  const progress = useProgress(started)
  const answer = useAnswer<{ runs: Run[] }>(hasRuns ? `runs ${progress.state}` : null, (signal) => ask('/api/runs', { signal }))
  const chosen = params.getAll('run')
  return (
    <main id="content" className="page" aria-busy={hasRuns === undefined || (hasRuns && answer.isLoading)}>
      <header className="page-head">
        <h1>{t.nav.experiments}</h1>
        <p className="lead">{t.runs.lead}</p>
      </header>
      {hasRuns === false || isAbsent(answer.problem) ? (
        <Absent route="/api/runs" />
      ) : answer.problem ? (
        <>
          <Failed problem={answer.problem} retry={answer.retry} />
          {(answer.problem.status === 401 || answer.problem.status === 403) && <Key />}
        </>
      ) : (
        <>
          {canTrain && (
            <section className="panel">
              <h2>{t.runs.train}</h2>
              <Training onStart={setStarted} />
              {started !== null && (
                <div aria-live="polite">
                  <p>
                    {t.runs.following(String(started))} {progress.state}
                  </p>
                  <Curves runs={[{ name: String(started), epochs: progress.epochs }]} />
                </div>
              )}
              <details>
                <summary>{t.runs.key}</summary>
                <Key />
              </details>
            </section>
          )}
          {answer.data?.runs.length === 0 && <Notice title={t.runs.none}>{t.runs.noneMore}</Notice>}
          {answer.data && answer.data.runs.length > 0 && (
            <Table runs={answer.data.runs} chosen={chosen} onChoose={(id) => set({ run: chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(-4) })} />
          )}
          {chosen.length > 0 && <Detail ids={chosen} />}
        </>
      )}
    </main>
  )
}
