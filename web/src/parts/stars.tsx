/* stars.tsx: a rating of one to five: a group of radio buttons, so that arrow keys move it. */
import { useId } from 'react'
import { t } from '../lib/texts'

export function Stars({ value, title, onRate }: { value: number | undefined; title: string; onRate: (value: number | null) => void }) {
  const name = useId()
  return (
    <fieldset className="stars" data-rated={value !== undefined}>
      <legend className="sr-only">{t.stars.label(title)}</legend>
      {[1, 2, 3, 4, 5].map((n) => (
        <label key={n} className={value !== undefined && n <= Math.round(value) ? 'star is-on' : 'star'}>
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={value !== undefined && Math.round(value) === n}
            onChange={() => onRate(n)}
            onClick={() => value === n && onRate(null)}
          />
          <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d="M12 2.6l2.9 6 6.6.9-4.8 4.6 1.2 6.5L12 17.5l-5.9 3.1 1.2-6.5L2.5 9.5l6.6-.9z" />
          </svg>
          <span className="sr-only">{t.stars.value(n)}</span>
        </label>
      ))}
    </fieldset>
  )
}
