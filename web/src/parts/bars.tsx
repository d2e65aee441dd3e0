/* bars.tsx: amounts as horizontal or vertical bars in plain HTML: each has its name and its number, so
 * nothing is said by length alone. And the radar, for shapes of taste. */
import { t } from '../lib/texts'

export interface Bar {
  name: string
  value: number
  beside?: number // a second amount to compare with
  text?: string
}

export function Bars({ bars, label, besideLabel, colour }: { bars: Bar[]; label: string; besideLabel?: string; colour?: (name: string) => string }) {
  const high = Math.max(...bars.flatMap((bar) => [bar.value, bar.beside ?? 0]), 1e-9)
  return (
    <div>
      {besideLabel && (
        <p className="legend" aria-hidden="true">
          <span className="key is-main" /> {label} <span className="key is-beside" /> {besideLabel}
        </p>
      )}
      <dl className="bars" aria-label={label}>
        {bars.map((bar) => (
          <div key={bar.name}>
            <dt>{bar.name}</dt>
            <dd>
              <span className="bars-track" aria-hidden="true">
                <span style={{ transform: `scaleX(${Math.max(bar.value, 0) / high})`, backgroundColor: colour?.(bar.name) }} />
                {bar.beside !== undefined && <i style={{ left: `${(bar.beside / high) * 100}%` }} />}
              </span>
              <span className="bars-value">
                {bar.text ?? t.number(bar.value)}
                {bar.beside !== undefined && besideLabel && <span className="sr-only">, {besideLabel}: {bar.beside.toFixed(2)}</span>}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

/* Upright bars for what has an order: ratings, decades. */
export function Columns({ bars, label }: { bars: Bar[]; label: string }) {
  const high = Math.max(...bars.map((bar) => bar.value), 1e-9)
  return (
    <dl className="histogram" aria-label={label}>
      {bars.map((bar) => (
        <div key={bar.name}>
          <dd title={t.number(bar.value)}>{bar.text ?? t.short(bar.value)}</dd>
          <span className="histogram-bar" aria-hidden="true" style={{ height: `${(bar.value / high) * 100}%` }} />
          <dt>{bar.name}</dt>
        </div>
      ))}
    </dl>
  )
}

const ROUND = 2 * Math.PI

/* `values` from 0 to `most`; the table beside it says the numbers, so this is a picture. */
export function Radar({ values, most, label }: { values: [string, number][]; most: number; label: string }) {
  const at = (i: number, length: number): [number, number] => {
    const angle = (i / values.length) * ROUND - ROUND / 4
    return [150 + length * Math.cos(angle), 150 + length * Math.sin(angle)]
  }
  const line = (length: (i: number) => number) => values.map((_, i) => at(i, length(i)).map((x) => x.toFixed(1)).join(',')).join(' ')
  return (
    <svg className="radar" viewBox="-40 -10 380 320" role="img" aria-label={`${label}: ${values.map(([name, value]) => `${name} ${value.toFixed(1)}`).join(', ')}`}>
      {[0.25, 0.5, 0.75, 1].map((share) => (
        <polygon key={share} points={line(() => 110 * share)} className="radar-ring" />
      ))}
      {values.map(([name], i) => {
        const [x, y] = at(i, 110)
        const [tx, ty] = at(i, 124)
        return (
          <g key={name}>
            <line x1="150" y1="150" x2={x} y2={y} className="radar-ring" />
            <text x={tx} y={ty} textAnchor={Math.abs(tx - 150) < 8 ? 'middle' : tx > 150 ? 'start' : 'end'} dominantBaseline="middle">
              {name}
            </text>
          </g>
        )
      })}
      <polygon points={line((i) => (110 * Math.max(0, values[i]![1])) / most)} className="radar-shape" />
    </svg>
  )
}
