/* experiments.tsx: the A/B experiments of the server: what each arm's people did, with intervals, and
 * whether a difference is decided. */
import { useAnswer } from '../lib/answer'
import { ask } from '../lib/api'
import { useOffers } from '../lib/offers'
import { t } from '../lib/texts'
import { Failed, isAbsent } from './states'

interface Metric {
  events: number
  people: number
  rate: number | null
  low: number | null
  high: number | null
  against_first?: { difference: number; low: number; high: number; p: number; enough: boolean; decided: boolean }
}
interface Arm {
  name: string
  model: string | null
  people: number
  impressions: number
  metrics: Record<string, Metric>
}
interface Experiment {
  name: string
  running: boolean
  alpha: number
  arms: Arm[]
}

const percent = (x: number) => `${(100 * x).toFixed(2)}%`

/* A rate as a point on its interval, all of them on one scale. */
function Interval({ metric, most }: { metric: Metric; most: number }) {
  if (metric.rate === null || metric.low === null || metric.high === null) return <span className="soft">–</span>
  return (
    <span className="interval-cell">
      <span className="interval" aria-hidden="true">
        <span style={{ left: `${(100 * metric.low) / most}%`, width: `${(100 * (metric.high - metric.low)) / most}%` }} />
        <i style={{ left: `${(100 * metric.rate) / most}%` }} />
      </span>
      {percent(metric.rate)}{' '}
      <small>
        {percent(metric.low)} – {percent(metric.high)}
      </small>
    </span>
  )
}

function Arms({ experiment }: { experiment: Experiment }) {
  const names = [...new Set(experiment.arms.flatMap((arm) => Object.keys(arm.metrics)))]
  const most = (name: string) => Math.max(1e-9, ...experiment.arms.map((arm) => arm.metrics[name]?.high ?? 0))
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={experiment.name}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.compare.arm}</th>
            <th scope="col">{t.compare.people}</th>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {experiment.arms.map((arm) => (
            <tr key={arm.name}>
              <th scope="row">
                {arm.name}
                <small>{arm.model}</small>
              </th>
              <td className="number">{t.number(arm.people)}</td>
              {names.map((name) => {
                const metric = arm.metrics[name]
                return (
                  <td key={name} className="number">
                    {metric && <Interval metric={metric} most={most(name)} />}
                    {metric?.against_first?.decided && <strong> {t.compare.decided(metric.against_first.difference)}</strong>}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function Experiments() {
  const isOffered = useOffers('GET', '/api/experiments')
  const answer = useAnswer<{ experiments: Experiment[] }>(isOffered ? 'experiments' : null, (signal) => ask('/api/experiments', { signal }))
  if (isOffered === false || isAbsent(answer.problem)) return <p className="soft">{t.compare.noExperimentsHere}</p>
  if (answer.problem) return <Failed problem={answer.problem} retry={answer.retry} />
  if (!answer.data) return null
  if (!answer.data.experiments.length) return <p className="soft">{t.compare.noExperiments}</p>
  return (
    <>
      {answer.data.experiments.map((experiment) => (
        <section key={experiment.name}>
          <h3 className="sub">
            {experiment.name} <small className="soft">{experiment.running ? t.compare.running : t.compare.ended}</small>
          </h3>
          <Arms experiment={experiment} />
        </section>
      ))}
    </>
  )
}
