/* key_form.tsx: a field for a key, which is not shown, and the button that takes it. */
import { type FormEvent, useState } from 'react'

export function KeyForm({ label, button, initial, onKey }: { label: string; button: string; initial: string; onKey: (key: string) => void }) {
  const [key, setKey] = useState(initial)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onKey(key)
  }
  return (
    <form className="key-form" onSubmit={submit}>
      <label className="field">
        <span>{label}</span>
        <input type="password" autoComplete="off" value={key} onChange={(event) => setKey(event.target.value)} />
      </label>
      <button type="submit" className="button">
        {button}
      </button>
    </form>
  )
}
