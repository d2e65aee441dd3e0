/* experiments.tsx: the A/B experiments of the server: each arm's rate with its interval. */
import { useAnswer } from '../lib/answer'
import { ask } from '../lib/api'
import { useOffers } from '../lib/offers'
import { t } from '../lib/texts'
import { Failed, isAbsent } from './states'

interface Arm {
  name: string
  model?: string
  people?: number
  [figure: string]: unknown
}
interface Experiment {
  name: string
  state?: string
  verdict?: string
  arms: Arm[]
}

export function Experiments() {
  const isOffered = useOffers('GET', '/api/experiments')
  const answer = useAnswer<{ experiments: Experiment[] }>(isOffered ? 'experiments' : null, (signal) => ask('/api/experiments', { signal }))
  if (isOffered === false || isAbsent(answer.problem)) return <p className="soft">{t.compare.noExperimentsHere}</p>
  if (answer.problem) return <Failed problem={answer.problem} retry={answer.retry} />
  if (!answer.data) return null
  if (!answer.data.experiments.length) return <p className="soft">{t.compare.noExperiments}</p>
  return (
    <ul>
      {answer.data.experiments.map((experiment) => (
        <li key={experiment.name}>
          <h3>{experiment.name}</h3>
          <p className="soft">{[experiment.state, experiment.verdict].filter(Boolean).join(' · ')}</p>
        </li>
      ))}
    </ul>
  )
}
