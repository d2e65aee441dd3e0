/* admin.tsx: what changes the server: what is served, and the versions that it replaced. Where the server
 * wants a key, it is asked for, kept for this window alone, and what was wanted is done. */
import { type ReactNode, useRef, useState } from 'react'
import { forget, useAnswer } from '../lib/answer'
import { ask, Problem } from '../lib/api'
import { useOffers } from '../lib/offers'
import { t } from '../lib/texts'
import { Dialog } from './dialog'
import { KeyForm } from './key_form'

export function Key({ onSet }: { onSet?: () => void }) {
  const take = (key: string) => {
    if (key) sessionStorage.setItem('matinee.key', key)
    else sessionStorage.removeItem('matinee.key')
    onSet?.()
  }
  return <KeyForm label={t.runs.key} button={t.runs.useKey} initial={sessionStorage.getItem('matinee.key') ?? ''} onKey={take} />
}

/* Does something and hands back what to say of it. */
type Task = () => Promise<string>

export interface Admin {
  act: (task: Task) => void
  said: string
  dialog: ReactNode
}

export function useAdmin(): Admin {
  const [said, setSaid] = useState('')
  const [isAsking, setAsking] = useState(false)
  const wanted = useRef<Task>(undefined)
  const act = (task: Task) => {
    wanted.current = task
    setAsking(false)
    task().then(setSaid, (cause: unknown) => {
      setSaid(cause instanceof Error ? cause.message : String(cause))
      setAsking(cause instanceof Problem && (cause.status === 401 || cause.status === 403))
    })
  }
  const dialog = isAsking && (
    <Dialog title={t.runs.key} onClose={() => setAsking(false)}>
      <p>{t.runs.keyNote}</p>
      <Key onSet={() => wanted.current && act(wanted.current)} />
    </Dialog>
  )
  return { act, said, dialog }
}

interface Version {
  version: number
  bytes: number
  present: boolean // the one that serves
}

interface ServedModel {
  name: string
  model: string
  default: boolean
  versions: Version[]
}

/* Any version can be put back; the one before by one press. */
export function Served({ admin }: { admin: Admin }) {
  const isOffered = useOffers('GET', '/api/admin/models')
  const answer = useAnswer<{ models: ServedModel[] }>(isOffered ? 'models served' : null, (signal) => ask('/api/admin/models', { signal }))
  if (!isOffered) return null
  const change = (body: Record<string, unknown>) =>
    admin.act(async () => {
      await ask('/api/admin/models', { body })
      forget('models')
      return t.runs.promoted
    })
  return (
    <section className="panel">
      <h2>{t.runs.served}</h2>
      {answer.problem && <p className="soft">{answer.problem.message}</p>}
      <ul className="served">
        {answer.data?.models.map((model) => (
          <li key={model.name}>
            <strong>{model.name}</strong>{' '}
            {model.default ? (
              <span className="soft">{t.runs.isDefault}</span>
            ) : (
              <button type="button" className="text-button" onClick={() => change({ action: 'default', model: model.name })}>
                {t.runs.makeDefault}
              </button>
            )}
            {model.versions.some((one) => one.present && one.version > 1) && (
              <button type="button" className="text-button" aria-label={t.runs.rollBackLabel(model.name)} onClick={() => change({ action: 'roll_back', model: model.name })}>
                {t.runs.rollBack}
              </button>
            )}
            {model.versions
              .filter((one) => !one.present)
              .map((one) => (
                <button key={one.version} type="button" className="chip" onClick={() => change({ action: 'promote', model: model.name, version: one.version })}>
                  {t.runs.version(one.version)}
                </button>
              ))}
          </li>
        ))}
      </ul>
      <p role="status">{admin.said}</p>
    </section>
  )
}
