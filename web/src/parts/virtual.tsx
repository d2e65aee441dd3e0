/* virtual.tsx: a long list of which only what is near the window is in the document. Rows have one
 * height, measured from the first row that is drawn; columns follow the width. */
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'

const BEYOND = 2 // rows above and below the window

interface Props {
  count: number
  minWidth: number // of a column
  gap: number
  rowHeight: number // a first guess
  render: (index: number) => ReactNode
  onReach?: (first: number, last: number) => void // what is drawn, both inclusive
}

export interface Slice {
  first: number
  last: number // exclusive
  columns: number
  rows: number
}

/* Which items are drawn: pure, for tests. */
export function slice(count: number, width: number, minWidth: number, gap: number, row: number, above: number, height: number): Slice {
  const columns = Math.max(1, Math.floor((width + gap) / (minWidth + gap)))
  const rows = Math.ceil(count / columns)
  const first = Math.max(0, Math.floor(above / row) - BEYOND)
  const last = Math.min(rows, Math.ceil((above + height) / row) + BEYOND)
  return { first: Math.min(count, first * columns), last: Math.min(count, Math.max(last, 0) * columns), columns, rows }
}

export function VirtualGrid({ count, minWidth, gap, rowHeight, render, onReach }: Props) {
  const ref = useRef<HTMLDivElement>(null)
  const [row, setRow] = useState(rowHeight)
  const [view, setView] = useState({ width: 0, above: 0, height: 0 })
  useLayoutEffect(() => {
    let frame = 0
    const look = () => {
      frame = 0
      const box = ref.current?.getBoundingClientRect()
      if (box) setView({ width: box.width, above: Math.max(0, -box.top), height: innerHeight })
    }
    const soon = () => {
      frame ||= requestAnimationFrame(look)
    }
    look()
    addEventListener('scroll', soon, { passive: true })
    addEventListener('resize', soon)
    return () => {
      cancelAnimationFrame(frame)
      removeEventListener('scroll', soon)
      removeEventListener('resize', soon)
    }
  }, [])
  const { first, last, columns, rows } = slice(count, view.width, minWidth, gap, row, view.above, view.height)
  useLayoutEffect(() => {
    const child = ref.current?.querySelector('[data-cell]')
    const height = child ? Math.ceil(child.getBoundingClientRect().height) + gap : 0
    if (height > gap && Math.abs(height - row) > 1) setRow(height)
  }, [first, columns, view.width, gap, row])
  useEffect(() => {
    if (last > first) onReach?.(first, last - 1)
  }, [first, last, onReach])
  const from = Math.floor(first / columns)
  return (
    <div ref={ref} className="virtual" role="list" style={{ height: rows * row }}>
      <div className="virtual-window" style={{ transform: `translateY(${from * row}px)`, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, columnGap: gap, rowGap: gap, gridAutoRows: row - gap }}>
        {Array.from({ length: last - first }, (_, i) => (
          <div key={first + i} role="listitem" aria-setsize={count} aria-posinset={first + i + 1}>
            <div data-cell>{render(first + i)}</div>
          </div>
        ))}
      </div>
    </div>
  )
}
