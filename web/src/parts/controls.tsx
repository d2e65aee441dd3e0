/* controls.tsx: a slider with its value beside it, and the chips of genres with three states. */
import { t } from '../lib/texts'

interface SliderProps {
  label: string
  value: number | null // null: the service's own value
  low: number
  high: number
  step: number
  fallback?: number
  onChange: (value: number | null) => void
}

export function Slider({ label, value, low, high, step, fallback, onChange }: SliderProps) {
  const shown = value ?? fallback ?? low
  return (
    <label className="slider">
      <span className="slider-label">{label}</span>
      <span className={value === null ? 'slider-value is-auto' : 'slider-value'}>
        {(value !== null || fallback !== undefined) && (step < 1 ? shown.toFixed(2) : shown)}
        {value === null && <small> {t.discover.automatic}</small>}
      </span>
      <input type="range" aria-label={label} min={low} max={high} step={step} value={shown} onChange={(event) => onChange(Number(event.target.value))} />
    </label>
  )
}

interface GenreChipsProps {
  genres: readonly string[]
  wanted: readonly string[]
  unwanted: readonly string[]
  onTurn: (genre: string) => void
}

export function GenreChips({ genres, wanted, unwanted, onTurn }: GenreChipsProps) {
  return (
    <ul className="chips" aria-label={t.discover.genres}>
      {genres.map((genre) => {
        const state = wanted.includes(genre) ? 'wanted' : unwanted.includes(genre) ? 'unwanted' : 'none'
        return (
          <li key={genre}>
            <button type="button" className={`chip is-${state}`} aria-pressed={state === 'none' ? false : state === 'wanted' ? true : 'mixed'} onClick={() => onTurn(genre)}>
              {state === 'unwanted' && <span aria-hidden="true">−</span>}
              {state === 'wanted' && <span aria-hidden="true">+</span>}
              {genre}
              {state !== 'none' && <span className="sr-only">, {t.discover.genreState[state]}</span>}
            </button>
          </li>
        )
      })}
    </ul>
  )
}
