/* experiments.tsx: the runs that the server has recorded: a table, curves by epoch, what settings two
 * runs differ in; a training started from here with its progress as it happens (server-sent events);
 * and putting a model into service. What changes something asks for a key. */
import { type FormEvent, useEffect, useMemo, useState, type ReactNode } from 'react'
import { useAnswer, forget } from '../lib/answer'
import { ask, Problem } from '../lib/api'
import guide from '../guide.json'
import { useModels } from '../lib/lists'
import { useOffers } from '../lib/offers'
import { useParams } from '../lib/router'
import { differences, freeName, readEvents, readSettings, settingsOf } from '../lib/runs'
import { t } from '../lib/texts'
import { type Line, Plot } from '../parts/plot'
import { Key, Served, useAdmin } from '../parts/admin'
import { Absent, Failed, isAbsent, Notice } from '../parts/states'

interface Epoch {
  epoch: number
  part?: string | null
  loss?: number | null
  validation?: number | null
}

interface Run {
  id: number
  name: string | null
  status: string
  model: string | null
  data: string | null
  split: string | null
  candidates: string | null
  started: number
  fit_seconds: number | null
  error: string | null
  can_serve: boolean
  metrics: Record<string, { value: number | null; low: number | null; high: number | null }>
}

interface RunDetails extends Run {
  epochs: Epoch[]
  settings: string | null
}

interface Job {
  job: number
  kind: string
  state: string
  name: string
  model: string
  message: string
  ended: number | null
  run: number | null
}

const POLL_MS = 1000

/* Follows a run while it lasts. EventSource cannot send a key, so the stream is read by fetch. */
function useProgress(id: number | null) {
  const [epochs, setEpochs] = useState<Epoch[]>([])
  useEffect(() => {
    if (id === null) return
    const controller = new AbortController()
    setEpochs([])
    const follow = async () => {
      const key = sessionStorage.getItem('matinee.key')
      const response = await fetch(`/api/runs/${id}/events`, { signal: controller.signal, headers: { Accept: 'text/event-stream', ...(key ? { Authorization: `Bearer ${key}` } : {}) } })
      if (!response.ok || !response.body) return
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      let rest = ''
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        const { events, rest: open } = readEvents(rest + piece.value)
        rest = open
        const told = events.filter((event) => event.kind === 'epoch').map((event) => event.data as Epoch)
        if (told.length) setEpochs((before) => [...before, ...told])
      }
    }
    follow().catch(() => undefined)
    return () => controller.abort()
  }, [id])
  return epochs
}

/* The state of a training that was started from here, asked for until it has ended. */
function useJob(number: number | null): Job | undefined {
  const [job, setJob] = useState<Job>()
  useEffect(() => {
    if (number === null) return
    let timer: ReturnType<typeof setTimeout>
    let isOver = false
    const look = () =>
      ask<{ jobs: Job[] }>('/api/train').then(
        ({ jobs }) => {
          if (isOver) return
          const found = jobs.find((one) => one.job === number)
          setJob(found)
          if (!found || found.ended === null) timer = setTimeout(() => void look(), POLL_MS)
          else ['runs', 'models'].forEach(forget)
        },
        () => {
          if (!isOver) timer = setTimeout(() => void look(), POLL_MS)
        },
      )
    void look()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [number])
  return job
}

function Curves({ runs }: { runs: { name: string; epochs: Epoch[] }[] }) {
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

/* `names`: of runs, whose files may lie there though nobody serves them. */
function Training({ names, onStart }: { names: string[]; onStart: (job: number) => void }) {
  const [model, setModel] = useState('ease')
  const [settings, setSettings] = useState('')
  const [name, setName] = useState('')
  const { data: served } = useModels()
  const free = freeName(model, [...(served?.models ?? []), ...names])
  const [problem, setProblem] = useState<Problem | null>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    ask<{ job: number }>('/api/train', { body: { kind: 'train', model, name: name.trim() || free, settings: readSettings(settings) } }).then(
      (answer) => {
        setProblem(null)
        onStart(answer.job)
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
        <span>{t.runs.called}</span>
        <input value={name} placeholder={free} maxLength={64} onChange={(event) => setName(event.target.value)} />
      </label>
      <label className="field is-long">
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

/* A training and its progress. */
function Train({ names }: { names: string[] }) {
  const [number, setNumber] = useState<number | null>(null)
  const job = useJob(number)
  const epochs = useProgress(job?.run ?? null)
  return (
    <section className="panel">
      <h2>{t.runs.train}</h2>
      <Training names={names} onStart={setNumber} />
      <div aria-live="polite">{job && <p className="why">{[t.runs.following(job.name || job.model, job.state), job.message].filter(Boolean).join(' · ')}</p>}</div>
      {job && <Curves runs={[{ name: job.name || job.model, epochs }]} />}
      <details>
        <summary>{t.runs.key}</summary>
        <Key />
      </details>
    </section>
  )
}

/* What runs say of the same thing, a column for each. */
function RunTable({ label, runs, children }: { label: string; runs: RunDetails[]; children: ReactNode }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">{label}</th>
            {runs.map((run) => (
              <th key={run.id} scope="col">
                {run.model} {run.id}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}

function Figures({ runs }: { runs: RunDetails[] }) {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.metrics ?? {})))]
  if (!names.length) return null
  return (
    <RunTable label={t.runs.figures} runs={runs}>
      {names.map((name) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          {runs.map((run) => {
            const metric = run.metrics[name]
            return (
              <td key={run.id} className="number">
                {metric?.value?.toFixed(4) ?? '–'}
                {typeof metric?.low === 'number' && typeof metric.high === 'number' && (
                  <small>
                    {metric.low.toFixed(4)} – {metric.high.toFixed(4)}
                  </small>
                )}
              </td>
            )
          })}
        </tr>
      ))}
    </RunTable>
  )
}

function Detail({ ids }: { ids: string[] }) {
  const answer = useAnswer<RunDetails[]>(`runs of ${ids.join()}`, (signal) => Promise.all(ids.map((id) => ask<RunDetails>(`/api/runs/${encodeURIComponent(id)}`, { signal }))))
  const runs = answer.data
  const curves = useMemo(() => (runs ?? []).map((run) => ({ name: `${run.model} ${run.id}`, epochs: run.epochs })), [runs])
  if (answer.problem) return <Failed problem={answer.problem} retry={answer.retry} />
  if (!runs) return null
  const rows = differences(runs.map((run) => settingsOf(run.settings ?? '')))
  return (
    <section className="panel run-detail">
      <h2>{runs.map((run) => `${run.model} ${run.id}`).join(', ')}</h2>
      <Curves runs={curves} />
      <Figures runs={runs} />
      {runs.length > 1 && rows.length > 0 && (
        <RunTable label={t.runs.differences} runs={runs}>
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
        </RunTable>
      )}
    </section>
  )
}

/* The figures that have a column, if any run of the list has them. */
const FIGURES = ['ndcg@10', 'hit_rate@10', 'rmse']

function Table({ runs, chosen, onChoose, onServe }: { runs: Run[]; chosen: string[]; onChoose: (id: string) => void; onServe?: (run: number) => void }) {
  const figures = FIGURES.filter((name) => runs.some((run) => run.metrics?.[name] !== undefined))
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t.runs.table}>
      <table className="runs">
        <thead>
          <tr>
            <th scope="col">{t.runs.look}</th>
            <th scope="col">{t.about.model}</th>
            <th scope="col">{t.runs.data}</th>
            <th scope="col">{t.runs.split}</th>
            {figures.map((name) => (
              <th key={name} scope="col" className="number">
                {name}
              </th>
            ))}
            <th scope="col" className="number">
              {t.about.fit}
            </th>
            <th scope="col">{t.runs.begun}</th>
            <th scope="col">{t.runs.state}</th>
            {onServe && <th scope="col">{t.runs.service}</th>}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td>
                <label className="run-choice">
                  <input type="checkbox" checked={chosen.includes(String(run.id))} onChange={() => onChoose(String(run.id))} /> {run.id}
                  <span className="sr-only"> {run.model}</span>
                </label>
              </td>
              <th scope="row">{run.model}</th>
              <td>{run.data}</td>
              <td>{[run.split, run.candidates].filter(Boolean).join(', ') || '–'}</td>
              {figures.map((name) => (
                <td key={name} className="number">
                  {run.metrics?.[name]?.value?.toFixed(4) ?? '–'}
                </td>
              ))}
              <td className="number">{run.fit_seconds !== null ? t.about.seconds(Math.round(run.fit_seconds * 10) / 10) : '–'}</td>
              <td className="moment">{moment(run.started)}</td>
              <td>{run.error ?? run.status}</td>
              {onServe && (
                <td>
                  {run.can_serve && (
                    <button type="button" className="text-button" aria-label={t.runs.serveLabel(run.model ?? '', run.id)} onClick={() => onServe(run.id)}>
                      {t.runs.serve}
                    </button>
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const moment = (seconds: number) => new Date(seconds * 1000).toLocaleString('en', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hour12: false })

export default function ExperimentsPage() {
  const [params, set] = useParams()
  const hasRuns = useOffers('GET', '/api/runs')
  const canTrain = useOffers('POST', '/api/train')
  const answer = useAnswer<{ runs: Run[] }>(hasRuns ? 'runs' : null, (signal) => ask('/api/runs', { params: { limit: 100 }, signal }))
  const canServe = useOffers('POST', '/api/runs/{id}/promote')
  const admin = useAdmin()
  const serve = (run: number) =>
    admin.act(async () => {
      const { model, version } = await ask<{ model: string; version: number | null }>(`/api/runs/${run}/promote`, { method: 'POST', body: {} })
      forget('models')
      return t.runs.servedNow(run, model, version)
    })
  const chosen = params.getAll('run')
  const names = (answer.data?.runs ?? []).flatMap((run) => run.name ?? [])
  return (
    <main id="content" className="page" aria-busy={hasRuns === undefined || (hasRuns && answer.isLoading)}>
      <header className="page-head">
        <h1>{t.nav.experiments}</h1>
        <p className="lead">{t.runs.lead}</p>
      </header>
      {hasRuns === false || isAbsent(answer.problem) ? (
        <Absent route="/api/runs" />
      ) : (
        <>
          <div className="panels">
            {canTrain && <Train names={names} />}
            <Served admin={admin} />
          </div>
          {answer.problem && <Failed problem={answer.problem} retry={answer.retry} />}
          {(answer.problem?.status === 401 || answer.problem?.status === 403) && <Key />}
          {answer.data?.runs.length === 0 && <Notice title={t.runs.none}>{t.runs.noneMore}</Notice>}
          {chosen.length > 0 && <Detail ids={chosen} />}
          {answer.data && answer.data.runs.length > 0 && (
            <Table runs={answer.data.runs} chosen={chosen} onChoose={(id) => set({ run: chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(-4) })} onServe={canServe ? serve : undefined} />
          )}
          {admin.dialog}
        </>
      )}
    </main>
  )
}
