/* picker.tsx: who is watching: anyone, me, or one of the people that the model knows. */
import { useMemo, useState } from 'react'
import { useUsers } from '../lib/lists'
import { t } from '../lib/texts'
import { NEWCOMER } from '../lib/store'
import { Dialog } from './dialog'

const SHOWN = 60

export function nameOf(user: string | null) {
  if (user === null) return t.discover.nobody
  return user === NEWCOMER ? t.discover.newcomer : t.discover.person(user)
}

export function PersonPicker({ user, onPick }: { user: string | null; onPick: (user: string | null) => void }) {
  const [isOpen, setOpen] = useState(false)
  const pick = (next: string | null) => {
    setOpen(false)
    onPick(next)
  }
  return (
    <>
      <button type="button" className="picker" aria-haspopup="dialog" title={t.picker.open} onClick={() => setOpen(true)}>
        <span>{nameOf(user)}</span>
        <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
          <path d="M6 9l6 6 6-6" />
        </svg>
      </button>
      {isOpen && <People onPick={pick} onClose={() => setOpen(false)} />}
    </>
  )
}

function People({ onPick, onClose }: { onPick: (user: string | null) => void; onClose: () => void }) {
  const { data: users } = useUsers()
  const [text, setText] = useState('')
  const found = useMemo(() => {
    const wanted = text.trim()
    const all = (users ?? []).map(String)
    const fit = wanted ? all.filter((id) => id.startsWith(wanted)) : all
    return fit.sort((a, b) => Number(b === wanted) - Number(a === wanted)).slice(0, SHOWN)
  }, [users, text])
  return (
    <Dialog title={t.picker.title} onClose={onClose}>
      <div className="picker-kinds">
        <button type="button" className="choice" onClick={() => onPick(null)}>
          <strong>{t.picker.nobody}</strong>
          <span>{t.picker.nobodyNote}</span>
        </button>
        <button type="button" className="choice" onClick={() => onPick(NEWCOMER)}>
          <strong>{t.picker.newcomer}</strong>
          <span>{t.picker.newcomerNote}</span>
        </button>
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (found[0]) onPick(found[0])
        }}
      >
        <label className="field">
          <span>{t.picker.search}</span>
          <input value={text} onChange={(event) => setText(event.target.value)} inputMode="search" autoComplete="off" autoFocus />
        </label>
      </form>
      <p className="soft">{users && t.picker.known(users.length)}</p>
      <ul className="people">
        {found.map((id) => (
          <li key={id}>
            <button type="button" className="pill" aria-label={t.discover.person(id)} onClick={() => onPick(id)}>
              {id}
            </button>
          </li>
        ))}
      </ul>
      {users && found.length === 0 && <p>{t.picker.noneFound}</p>}
    </Dialog>
  )
}
