/* plot.tsx: lines over an axis, drawn by uPlot in the colours of the page. The numbers are also there
 * as a table, for those who cannot see the picture. */
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { t } from '../lib/texts'
import { useTheme } from '../lib/theme'

export interface Line {
  name: string
  values: (number | null)[]
  colour?: string
  isBars?: boolean
}

interface Props {
  label: string
  x: number[]
  xLabel: string
  lines: Line[]
  isTime?: boolean
  isLog?: boolean
  height?: number
}

const lineColours = ['var(--accent)', 'var(--line-2)', 'var(--line-3)', 'var(--line-4)', 'var(--line-5)', 'var(--line-6)']

/* A canvas knows no variables. */
function resolve(element: Element, colour: string): string {
  const name = /^var\((.*)\)$/.exec(colour)?.[1]
  return name ? getComputedStyle(element).getPropertyValue(name).trim() : colour
}

export function Plot({ label, x, xLabel, lines, isTime = false, isLog = false, height = 260 }: Props) {
  const ref = useRef<HTMLDivElement>(null)
  const theme = useTheme()
  useEffect(() => {
    const place = ref.current
    if (!place) return
    const axis = {
      stroke: resolve(place, 'var(--soft)'),
      grid: { stroke: resolve(place, 'var(--line)'), width: 1 },
      ticks: { stroke: resolve(place, 'var(--line)') },
      font: `12px ${getComputedStyle(place).fontFamily}`,
    }
    const plot = new uPlot(
      {
        width: place.clientWidth,
        height,
        cursor: { points: { size: 7 } },
        scales: { x: { time: isTime, distr: isLog ? 3 : 1 }, y: {} },
        axes: [{ ...axis, label: xLabel, labelSize: 22, labelFont: axis.font, values: isTime || isLog ? undefined : (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? String(tick) : '')) }, { ...axis, size: 58 }],
        series: [
          { label: xLabel },
          ...lines.map((line, i) => {
            const stroke = resolve(place, line.colour ?? lineColours[i % lineColours.length]!)
            return line.isBars
              ? { label: line.name, stroke, fill: stroke, paths: uPlot.paths.bars!({ size: [0.8, 40] }), points: { show: false } }
              : { label: line.name, stroke, width: 2, points: { show: x.length < 30 }, spanGaps: true }
          }),
        ],
      },
      [x, ...lines.map((line) => line.values)] as uPlot.AlignedData,
      place,
    )
    const observer = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height }))
    observer.observe(place)
    return () => {
      observer.disconnect()
      plot.destroy()
    }
  }, [x, lines, theme, height, isTime, isLog, xLabel])
  const shown = isTime ? (value: number) => new Date(value * 1000).toISOString().slice(0, 10) : (value: number) => t.number(value)
  return (
    <figure className="plot">
      <figcaption>{label}</figcaption>
      <div ref={ref} className="plot-place" style={{ minHeight: height }} aria-hidden="true" />
      <details>
        <summary>{t.charts.table}</summary>
        <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
          <table>
            <thead>
              <tr>
                <th scope="col">{xLabel}</th>
                {lines.map((line) => (
                  <th key={line.name} scope="col">
                    {line.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {x.slice(0, 200).map((value, i) => (
                <tr key={value}>
                  <th scope="row">{shown(value)}</th>
                  {lines.map((line) => (
                    <td key={line.name} className="number">
                      {typeof line.values[i] === 'number' ? t.number(line.values[i]) : ''}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  )
}
