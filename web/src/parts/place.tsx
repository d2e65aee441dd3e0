/* place.tsx: where a person is at home on the map of films: the map's best-known films as faint dots, the
 * films that the person liked in colour, and a ring in their middle (/api/users/ID/place). */
import { useEffect, useMemo, useRef } from 'react'
import { useAnswer } from '../lib/answer'
import { ask, type Id } from '../lib/api'
import { useOffers } from '../lib/offers'
import { Link } from '../lib/router'
import { fitMost, toScreen } from '../lib/scatter'
import { t } from '../lib/texts'
import { useTheme } from '../lib/theme'

export interface PlaceAnswer {
  x: number | null
  y: number | null
  films: { item_id: Id; title: string; x: number; y: number }[]
}

const BACKGROUND = 1500
const RING_PX = 9

export function usePlace(id: string | null) {
  const isOffered = useOffers('GET', '/api/users/{id}/place')
  return useAnswer<PlaceAnswer>(isOffered && id ? `person place ${id}` : null, (signal) => ask(`/api/users/${encodeURIComponent(id!)}/place`, { signal }))
}

function paint(canvas: HTMLCanvasElement, all: { x: number; y: number }[], place: PlaceAnswer) {
  const pen = canvas.getContext('2d')
  if (!pen) return
  const ratio = devicePixelRatio || 1
  const [width, height] = [canvas.clientWidth, canvas.clientHeight]
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  pen.scale(ratio, ratio)
  const style = getComputedStyle(canvas)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const view = fitMost(all.map((point) => point.x), all.map((point) => point.y), width, height)
  const dot = (point: { x: number; y: number }, radius: number) => {
    const [x, y] = toScreen(view, width, height, point.x, point.y)
    pen.beginPath()
    pen.arc(x, y, radius, 0, 2 * Math.PI)
  }
  const dots = (points: { x: number; y: number }[], radius: number, name: string, alpha: number) => {
    pen.fillStyle = colour(name)
    pen.globalAlpha = alpha
    for (const point of points) {
      dot(point, radius)
      pen.fill()
    }
    pen.globalAlpha = 1
  }
  dots(all, 1.4, '--line-strong', 0.45)
  dots(place.films, 2.6, '--accent', 0.8)
  for (const [width, name] of [[6, '--paper'], [2.5, '--ink']] as const) {
    pen.lineWidth = width
    pen.strokeStyle = colour(name)
    dot({ x: place.x!, y: place.y! }, RING_PX)
    pen.stroke()
  }
}

export function Place({ id }: { id: string }) {
  const ref = useRef<HTMLCanvasElement>(null)
  const theme = useTheme()
  const place = usePlace(id).data
  const isSomewhere = place && place.x !== null
  const map = useAnswer<{ points: { x: number; y: number }[] }>(isSomewhere ? 'map background' : null, (signal) => ask('/api/map', { params: { limit: BACKGROUND }, signal }))
  const points = useMemo(() => map.data?.points, [map.data])
  useEffect(() => {
    const canvas = ref.current
    if (!canvas || !points || !isSomewhere) return
    const observer = new ResizeObserver(() => paint(canvas, points, place))
    observer.observe(canvas)
    return () => observer.disconnect()
  }, [points, place, isSomewhere, theme])
  if (!isSomewhere) return null
  return (
    <figure className="place">
      <canvas ref={ref} role="img" aria-label={t.person.placeLabel(place.films.length)} />
      <figcaption>
        <span className="soft">{t.person.place}</span>
        <Link href={`/map?user=${encodeURIComponent(id)}`}>{t.person.placeLink}</Link>
      </figcaption>
    </figure>
  )
}
