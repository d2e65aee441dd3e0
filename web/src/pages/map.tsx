/* map.tsx: all films as points, near each other as the engine sees them (/api/map), coloured by genre:
 * zoom, find, read what is there, and ask for recommendations out of an area. */
import '../styles/map.css'
import { memo, type PointerEvent, type ReactNode, type RefObject, type WheelEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useAnswer, useSettled } from '../lib/answer'
import { ask, type Film, type Id, type Recommendations } from '../lib/api'
import { oklch } from '../lib/colour'
import { painter } from '../lib/painter'
import { tellingGenre } from '../lib/poster'
import { filmAddress, Link, useParams } from '../lib/router'
import { type Box, fitMost, Grid, type Scatter, scatter, toPoint, toScreen, type View, zoomed } from '../lib/scatter'
import { t } from '../lib/texts'
import { useTheme } from '../lib/theme'
import { mainTitle } from '../lib/titles'
import { type PlaceAnswer, usePlace } from '../parts/place'
import { Poster } from '../parts/poster'
import { Rail } from '../parts/rail'
import { Absent, Failed, isAbsent } from '../parts/states'

const REACH_PX = 14
const ASKED_MAX = 5000 // films of an area that are sent
const NEAR = 12
const FILMS_MAX = 100000
const FOUND = 8 // titles that are offered
const LEAST_PX = 3.5 // of the points that hardly anybody knows, smaller where there are more than CROWD
const CROWD = 12000
const GROWN = 2.2 // times as much wider is the best-known film's
const FAINT = 26 // opacity, of 255, of what is not chosen
const RESTING_MS = 200

interface Point extends Film {
  x: number
  y: number
  count?: number
}

interface Answer {
  points: Point[]
  total: number
}

/* As many hues as genres, told apart also by lightness. */
const hue = (index: number, of: number, isDark: boolean) => oklch((isDark ? 0.72 : 0.6) + (index % 2 ? 0.07 : -0.05), isDark ? 0.13 : 0.15, (index * 360) / of + 25)

interface Prepared {
  points: Point[]
  grid: Grid
  places: Float32Array
  genres: string[] // by how many films they colour
  genre: Int16Array // [points] index into genres
  home: (width: number, height: number) => View // in which all are seen
}

/* The service's order is by how many people know a film: drawn last, those are on top. */
function prepare(answered: Point[]): Prepared {
  const points = [...answered].reverse()
  const xs = Float32Array.from(points, (point) => point.x)
  const ys = Float32Array.from(points, (point) => point.y)
  const places = new Float32Array(points.length * 2)
  const count = new Map<string, number>()
  points.forEach((point, i) => {
    places[2 * i] = xs[i]!
    places[2 * i + 1] = ys[i]!
    const name = tellingGenre(point.genres)
    count.set(name, (count.get(name) ?? 0) + 1)
  })
  const genres = [...count].sort((a, b) => b[1] - a[1]).map(([name]) => name)
  const index = new Map(genres.map((name, i) => [name, i]))
  const genre = Int16Array.from(points, (point) => index.get(tellingGenre(point.genres))!)
  return { points, grid: new Grid(xs, ys), places, genres, genre, home: (width, height) => fitMost(xs, ys, width, height) }
}

interface Canvas {
  ref: RefObject<HTMLCanvasElement | null>
  view: RefObject<View>
  still: View // since it has not moved for a while
  move: (next: View) => void
  size: () => [number, number]
  pin: (place: () => void) => () => void // calls it after each move, until it is taken off
}

function useCanvas(prepared: Prepared, only: string | null, chosen: ReadonlySet<number> | null): Canvas {
  const ref = useRef<HTMLCanvasElement>(null)
  const drawn = useRef<Scatter | null>(null)
  const view = useRef<View>({ x: 0, y: 0, scale: 1 })
  const frame = useRef(0)
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined)
  const pinned = useRef(new Set<() => void>())
  const [still, setStill] = useState<View>(view.current)
  const theme = useTheme()

  const size = useCallback((): [number, number] => [ref.current?.clientWidth ?? 1, ref.current?.clientHeight ?? 1], [])
  // What moves with the points is moved here; React is told when all has come to rest.
  const draw = useCallback(() => {
    frame.current ||= requestAnimationFrame(() => {
      frame.current = 0
      drawn.current?.draw(view.current)
      pinned.current.forEach((place) => place())
      clearTimeout(rest.current)
      rest.current = setTimeout(() => setStill(view.current), RESTING_MS)
    })
  }, [])
  const move = useCallback(
    (next: View) => {
      view.current = next
      draw()
    },
    [draw],
  )
  const pin = useCallback((place: () => void) => {
    pinned.current.add(place)
    place()
    return () => void pinned.current.delete(place)
  }, [])

  useEffect(() => {
    const canvas = ref.current
    if (!canvas) return
    const made = scatter(canvas, prepared.places) ?? painter(canvas, prepared.places)
    drawn.current = made
    view.current = prepared.home(...size())
    const observer = new ResizeObserver(draw)
    observer.observe(canvas)
    return () => {
      observer.disconnect()
      cancelAnimationFrame(frame.current)
      clearTimeout(rest.current)
      frame.current = 0
      made?.release()
      drawn.current = null
    }
  }, [prepared, draw, size])

  useEffect(() => {
    const count = prepared.points.length
    const colours = new Uint8Array(count * 4)
    const sizes = new Float32Array(count)
    const inks = prepared.genres.map((_, g) => [1, 3, 5].map((at) => parseInt(hue(g, prepared.genres.length, theme === 'dark').slice(at, at + 2), 16)))
    const most = Math.log1p(prepared.points.at(-1)?.count ?? 0) || 1
    const least = LEAST_PX * Math.max(0.45, Math.min(1, Math.sqrt(CROWD / count)))
    for (let i = 0; i < count; i++) {
      const g = prepared.genre[i]!
      const isLit = (only === null || prepared.genres[g] === only) && (!chosen || chosen.has(i))
      colours.set(inks[g]!, 4 * i)
      colours[4 * i + 3] = isLit ? 255 : FAINT
      sizes[i] = least * (1 + GROWN * (Math.log1p(prepared.points[i]!.count ?? 0) / most) ** 2)
    }
    drawn.current?.colour(colours, sizes)
    draw()
  }, [prepared, only, chosen, theme, draw])

  return { ref, view, still, move, size, pin }
}

/* Stays on a point of the map while the map moves. */
function Pinned({ canvas, x, y, away, className, children }: { canvas: Canvas; x: number; y: number; away: number; className: string; children?: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null)
  const { pin, size, view } = canvas
  useLayoutEffect(
    () =>
      pin(() => {
        const [px, py] = toScreen(view.current, ...size(), x, y)
        if (ref.current) ref.current.style.transform = `translate(${Math.round(px + away)}px, ${Math.round(py + away)}px)`
      }),
    [pin, size, view, x, y, away],
  )
  return (
    <div ref={ref} className={className}>
      {children}
    </div>
  )
}

function Tip({ point, canvas }: { point: Point; canvas: Canvas }) {
  return (
    <Pinned canvas={canvas} x={point.x} y={point.y} away={12} className="map-tip">
      <Poster id={point.item_id} film={point} />
      <span>
        <strong>{mainTitle(point.title)}</strong>
        <small>{[point.year, point.genres.join(', ')].filter(Boolean).join(' · ')}</small>
      </span>
    </Pinned>
  )
}

/* What an area recommends, to the person of the address or to anybody. */
function Area({ films, user, onClear }: { films: Point[]; user: string | null; onClear: () => void }) {
  const ids = useMemo(() => films.slice(-ASKED_MAX).map((film) => film.item_id), [films])
  const answer = useAnswer<Recommendations>(`area ${user} ${ids.length} ${ids[0]} ${ids.at(-1)} ${ids.reduce<number>((sum, id) => (sum * 31 + Number(id)) | 0, 7)}`, (signal) =>
    ask('/api/recommend', { body: { ...(user ? { user_id: user } : {}), include: ids, top_k: 20, explain: true }, signal }),
  )
  return (
    <section className="map-area" aria-live="polite">
      <div className="results-head">
        <h2>{t.map.area(films.length)}</h2>
        <button type="button" className="text-button" onClick={onClear}>
          {t.map.clear}
        </button>
      </div>
      {answer.problem && <Failed problem={answer.problem} retry={answer.retry} />}
      {answer.data && <Rail films={answer.data.recommendations} label={t.map.area(films.length)} note={(film) => film.score?.toFixed(3)} />}
    </section>
  )
}

const Find = memo(function Find({ points, onFind }: { points: Point[]; onFind: (index: number) => void }) {
  const [text, setText] = useState('')
  const wanted = useSettled(text, 150).trim().toLowerCase()
  const found = useMemo(() => {
    if (wanted.length < 2) return []
    const hits: number[] = []
    for (let i = points.length - 1; i >= 0 && hits.length < FOUND; i--) if (mainTitle(points[i]!.title).toLowerCase().includes(wanted)) hits.push(i)
    return hits
  }, [points, wanted])
  return (
    <form
      className="map-find"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        if (found[0] === undefined) return
        setText('')
        onFind(found[0])
      }}
    >
      <label className="field">
        <span>{t.map.find}</span>
        <input value={text} autoComplete="off" onChange={(event) => setText(event.target.value)} />
      </label>
      {found.length > 0 && (
        <ul className="map-found">
          {found.map((i) => (
            <li key={i}>
              <button
                type="button"
                onClick={() => {
                  setText('')
                  onFind(i)
                }}
              >
                {mainTitle(points[i]!.title)} <small>{points[i]!.year}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
    </form>
  )
})

/* What is in the middle of the view, in words, for those who do not see or point. */
const Middle = memo(function Middle({ prepared, view: settled }: { prepared: Prepared; view: View }) {
  const near = useMemo(() => {
    for (let reach = 30 / settled.scale; reach < 1e6; reach *= 2) {
      const found = prepared.grid.within({ left: settled.x - reach, right: settled.x + reach, bottom: settled.y - reach, top: settled.y + reach })
      if (found.length >= NEAR || reach * settled.scale > 4000)
        return found
          .sort((a, b) => distance(prepared.points[a]!, settled) - distance(prepared.points[b]!, settled))
          .slice(0, NEAR)
          .map((i) => prepared.points[i]!)
    }
    return []
  }, [prepared, settled])
  return (
    <section>
      <h2 className="section-title">{t.map.middle}</h2>
      <ul className="chips">
        {near.map((point) => (
          <li key={point.item_id}>
            <Link className="chip" href={filmAddress(point.item_id)}>
              {mainTitle(point.title)}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
})

const distance = (point: Point, view: View) => (point.x - view.x) ** 2 + (point.y - view.y) ** 2

function Chart({ prepared, user, place }: { prepared: Prepared; user: string | null; place: PlaceAnswer | undefined }) {
  const [hasPlace, setHasPlace] = useState(true)
  const own = useMemo(() => {
    if (!place?.films.length) return null
    const liked = new Set(place.films.map((film) => film.item_id))
    return new Set(prepared.points.flatMap((point, i) => (liked.has(point.item_id) ? [i] : [])))
  }, [place, prepared])
  const [only, setOnly] = useState<string | null>(null)
  const [isSelecting, setSelecting] = useState(false)
  const [box, setBox] = useState<Box | null>(null) // in pixels
  const [chosen, setChosen] = useState<ReadonlySet<number> | null>(null)
  const [over, setOver] = useState(-1)
  const canvas = useCanvas(prepared, only, chosen ?? (hasPlace ? own : null))
  const { ref, view, still, move, size } = canvas
  const theme = useTheme()
  const drag = useRef<{ x: number; y: number; view: View; moved: boolean } | null>(null)
  const keep = useCallback((i: number) => only === null || prepared.genres[prepared.genre[i]!] === only, [only, prepared])
  const where = (event: { clientX: number; clientY: number }): [number, number] => {
    const place = ref.current!.getBoundingClientRect()
    return [event.clientX - place.left, event.clientY - place.top]
  }

  const onDown = (event: PointerEvent<HTMLCanvasElement>) => {
    const [x, y] = where(event)
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { x, y, view: view.current, moved: false }
    setOver(-1)
  }
  const onMove = (event: PointerEvent<HTMLCanvasElement>) => {
    const [x, y] = where(event)
    const from = drag.current
    if (!from) {
      const [px, py] = toPoint(view.current, ...size(), x, y)
      setOver(prepared.grid.nearest(px, py, REACH_PX / view.current.scale, keep))
      return
    }
    from.moved ||= Math.hypot(x - from.x, y - from.y) > 4
    if (isSelecting || event.shiftKey) setBox({ left: Math.min(x, from.x), right: Math.max(x, from.x), top: Math.min(y, from.y), bottom: Math.max(y, from.y) })
    else move({ ...from.view, x: from.view.x - (x - from.x) / from.view.scale, y: from.view.y + (y - from.y) / from.view.scale })
  }
  const onUp = (event: PointerEvent<HTMLCanvasElement>) => {
    const from = drag.current
    drag.current = null
    if (box) {
      select(box)
      setBox(null)
      setSelecting(false)
    } else if (from && !from.moved) {
      const [px, py] = toPoint(view.current, ...size(), ...where(event))
      setOver(prepared.grid.nearest(px, py, REACH_PX / view.current.scale, keep))
    }
  }
  const select = (pixels: Box) => {
    const [left, top] = toPoint(view.current, ...size(), pixels.left, pixels.top)
    const [right, bottom] = toPoint(view.current, ...size(), pixels.right, pixels.bottom)
    const found = prepared.grid.within({ left, top, right, bottom }, keep)
    setChosen(found.length ? new Set(found) : null)
  }
  const onWheel = (event: WheelEvent<HTMLCanvasElement>) => move(zoomed(view.current, ...size(), ...where(event), Math.exp(-event.deltaY * 0.0015)))
  const zoom = (factor: number) => move(zoomed(view.current, ...size(), size()[0] / 2, size()[1] / 2, factor))
  const home = () => move(prepared.home(...size()))
  const selectMiddle = () => {
    const [width, height] = size()
    select({ left: width / 4, right: (3 * width) / 4, top: height / 4, bottom: (3 * height) / 4 })
  }
  const onKey = (key: string): boolean => {
    const step = 60 / view.current.scale
    const pan = (x: number, y: number) => move({ ...view.current, x: view.current.x + x, y: view.current.y + y })
    const keys: Record<string, () => void> = {
      ArrowLeft: () => pan(-step, 0),
      ArrowRight: () => pan(step, 0),
      ArrowUp: () => pan(0, step),
      ArrowDown: () => pan(0, -step),
      '+': () => zoom(1.3),
      '=': () => zoom(1.3),
      '-': () => zoom(1 / 1.3),
      '0': home,
      Enter: selectMiddle,
      Escape: () => setChosen(null),
    }
    keys[key]?.()
    return key in keys
  }
  const fly = useCallback(
    (i: number) => {
      const point = prepared.points[i]!
      move({ x: point.x, y: point.y, scale: Math.max(view.current.scale, 6 * prepared.home(...size()).scale) })
      setOver(i)
    },
    [prepared, move, view, size],
  )
  const films = useMemo(() => (chosen ? [...chosen].sort((a, b) => a - b).map((i) => prepared.points[i]!) : []), [chosen, prepared])
  // The wheel must not scroll the page, which React's listener, a passive one, cannot say.
  useEffect(() => {
    const canvas = ref.current
    const stop = (event: Event) => event.preventDefault()
    canvas?.addEventListener('wheel', stop, { passive: false })
    return () => canvas?.removeEventListener('wheel', stop)
  }, [ref])

  return (
    <>
      <div className="map-bar">
        <Find points={prepared.points} onFind={fly} />
        <div className="map-buttons">
          {user && own && (
            <button type="button" className="chip" aria-pressed={hasPlace} onClick={() => setHasPlace(!hasPlace)}>
              {t.map.placeOf(user)}
            </button>
          )}
          <button type="button" className="chip" aria-pressed={isSelecting} onClick={() => setSelecting(!isSelecting)}>
            {t.map.select}
          </button>
          <button type="button" className="chip" onClick={() => zoom(1.5)}>
            {t.map.closer}
          </button>
          <button type="button" className="chip" onClick={() => zoom(1 / 1.5)}>
            {t.map.farther}
          </button>
          <button type="button" className="chip" onClick={home}>
            {t.map.all}
          </button>
          <button type="button" className="chip" onClick={selectMiddle}>
            {t.map.selectMiddle}
          </button>
        </div>
      </div>
      <div className="map-place">
        <canvas
          ref={ref}
          className={isSelecting ? 'map-canvas is-selecting' : 'map-canvas'}
          tabIndex={0}
          role="application"
          aria-label={t.map.canvas(prepared.points.length)}
          onPointerDown={onDown}
          onPointerMove={onMove}
          onPointerUp={onUp}
          onPointerLeave={() => !drag.current && setOver(-1)}
          onWheel={onWheel}
          onKeyDown={(event) => onKey(event.key) && event.preventDefault()}
        />
        {box && <div className="map-box" style={{ transform: `translate(${box.left}px, ${box.top}px)`, width: box.right - box.left, height: box.bottom - box.top }} />}
        <div className="map-frame" aria-hidden="true" />
        {hasPlace && place && place.x !== null && place.y !== null && <Pinned canvas={canvas} x={place.x} y={place.y} away={0} className="map-ring" />}
        {over >= 0 && <Tip point={prepared.points[over]!} canvas={canvas} />}
      </div>
      <ul className="chips map-legend" aria-label={t.map.legend}>
        {prepared.genres.map((name, i) => (
          <li key={name}>
            <button type="button" className={only === name ? 'chip is-wanted' : 'chip'} aria-pressed={only === name} onClick={() => setOnly(only === name ? null : name)}>
              <span className="dot" aria-hidden="true" style={{ backgroundColor: hue(i, prepared.genres.length, theme === 'dark') }} />
              {name || t.map.noGenre}
            </button>
          </li>
        ))}
      </ul>
      {over >= 0 && (
        <p className="map-link">
          <Link href={filmAddress(prepared.points[over]!.item_id as Id)}>{mainTitle(prepared.points[over]!.title)}</Link>
        </p>
      )}
      {films.length > 0 && <Area films={films} user={user} onClear={() => setChosen(null)} />}
      <Middle prepared={prepared} view={still} />
    </>
  )
}

export default function MapPage() {
  const [params] = useParams()
  const answer = useAnswer<Answer>('map', (signal) => ask('/api/map', { params: { limit: FILMS_MAX }, signal }))
  const user = params.get('user')
  const place = usePlace(user)
  const prepared = useMemo(() => (answer.data ? prepare(answer.data.points) : null), [answer.data])
  return (
    <main id="content" className="page">
      <header className="page-head">
        <h1>{t.map.title}</h1>
        <p className="lead">{t.map.lead}</p>
      </header>
      {answer.problem && answer.problem.status !== 503 ? (
        isAbsent(answer.problem) ? (
          <Absent route="/api/map" />
        ) : (
          <Failed problem={answer.problem} retry={answer.retry} />
        )
      ) : prepared ? (
        <Chart prepared={prepared} user={user} place={place.data} />
      ) : (
        <div className="map-place is-waiting" aria-busy="true">
          <p className="soft" role="status">
            {answer.problem?.message ?? t.map.drawing}
          </p>
        </div>
      )}
    </main>
  )
}
