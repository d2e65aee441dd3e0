/* poster.tsx: a film's poster, drawn from the plan of lib/poster.ts: a motif above, the title at
 * the foot. Decoration: the title is said beside it, so screen readers pass it over. */
import { memo, type ReactNode, useState } from 'react'
import { numbersOf, type Palette, poster } from '../lib/poster'
import { title } from '../lib/titles'
import { useTmdbKey, useTmdbPoster } from '../lib/tmdb'

type Numbers = () => number
type Motif = (p: Palette, r: Numbers) => ReactNode

const between = (r: Numbers, low: number, high: number) => low + (high - low) * r()
const times = (n: number, one: (i: number) => ReactNode) => Array.from({ length: n }, (_, i) => one(i))
const round = (x: number) => Math.round(x * 10) / 10
const points = (...pairs: [number, number][]) => pairs.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')

const hills: Motif = (p, r) => {
  const sun = between(r, 45, 155)
  const first = between(r, 105, 140)
  return (
    <>
      <circle cx={sun} cy={between(r, 55, 85)} r={between(r, 24, 38)} fill={p.accent} />
      <path d={`M0 ${first} C50 ${first - 45} 90 ${first + 25} 200 ${first - 30} V210 H0Z`} fill={p.shape} />
      <path d={`M0 ${first + 50} C70 ${first + 5} 130 ${first + 60} 200 ${first + 25} V215 H0Z`} fill={p.ink} opacity="0.32" />
      <path d={`M${sun - 8} 212 C${sun + 30} 185 ${sun - 40} 172 ${sun + 4} ${first + 20}`} stroke={p.accent} strokeWidth="5" fill="none" strokeLinecap="round" />
    </>
  )
}

const motifs: Record<string, Motif> = {
  'Film-Noir': (p, r) => {
    const x = between(r, 20, 80)
    return (
      <>
        <polygon points={points([x, -5], [x + 14, -5], [185, 190], [70, 190])} fill={p.shape} />
        <ellipse cx="127" cy="190" rx="58" ry="13" fill={p.accent} />
        <path d="M120 188 v-48 a9 9 0 1 1 14 0 v48z" fill={p.ground} />
        <rect x="112" y="124" width="30" height="5" rx="2" fill={p.ground} />
        {times(5, (i) => (
          <rect key={i} x="0" y={18 + i * 15} width={between(r, 18, 44)} height="6" fill={p.shape} />
        ))}
      </>
    )
  },
  Western: (p, r) => {
    const x = between(r, 60, 140)
    return (
      <>
        <circle cx={x} cy="108" r={between(r, 46, 62)} fill={p.accent} />
        <polygon points={points([0, 196], [0, 128], [34, 122], [42, 150], [64, 156], [70, 196])} fill={p.shape} />
        <polygon points={points([200, 196], [200, 108], [168, 104], [160, 140], [134, 148], [126, 196])} fill={p.shape} />
        <rect x="0" y="186" width="200" height="12" fill={p.ink} opacity="0.75" />
        <path d={`M${x - 3} 186 v-44 h6 v44z M${x - 15} 152 v14 h12 v5 h-17 v-19z M${x + 15} 146 v16 h-12 v5 h17 v-21z`} fill={p.ink} opacity="0.75" />
      </>
    )
  },
  Musical: (p, r) => {
    const bend = between(r, 30, 70)
    return (
      <>
        {times(5, (i) => (
          <path key={i} d={`M-5 ${70 + i * 17} C60 ${70 + i * 17 - bend} 130 ${70 + i * 17 + bend} 205 ${50 + i * 17}`} stroke={p.shape} strokeWidth="3" fill="none" />
        ))}
        {times(4, (i) => {
          const x = 30 + i * 46
          const y = between(r, 62, 150)
          return (
            <g key={i} fill={i % 2 ? p.ink : p.accent}>
              <ellipse cx={x} cy={y} rx="13" ry="10" transform={`rotate(-18 ${x} ${y})`} />
              <rect x={x + 9} y={y - 50} width="4" height="50" />
            </g>
          )
        })}
      </>
    )
  },
  Animation: (p, r) => (
    <>
      {times(5, (i) => {
        const angle = Math.PI - (i / 4) * Math.PI
        const size = 10 + i * between(r, 6, 8)
        return <circle key={i} cx={100 + 72 * Math.cos(angle)} cy={150 - 88 * Math.sin(angle)} r={size} fill={i === 4 ? p.accent : p.shape} opacity={0.45 + i * 0.13} />
      })}
      <rect x="18" y="178" width="164" height="10" rx="5" fill={p.ink} opacity="0.85" />
      <circle cx="64" cy="161" r="16" fill={p.accent} />
      <circle cx="59" cy="158" r="3" fill={p.ink} />
      <circle cx="70" cy="158" r="3" fill={p.ink} />
    </>
  ),
  Horror: (p, r) => {
    const lean = between(r, -18, 18)
    return (
      <>
        <rect x="62" y="34" width="76" height="160" fill={p.shape} />
        <polygon points={points([62, 34], [62 + 44 + lean / 3, 48], [62 + 44 + lean / 3, 186], [62, 194])} fill={p.ground} />
        <polygon points={points([106 + lean / 3, 186], [138, 194], [190, 212], [60, 212])} fill={p.accent} opacity="0.85" />
        <circle cx={98 + lean / 3} cy="120" r="3.4" fill={p.accent} />
        {times(4, (i) => {
          const x = 18 + i * 13 + between(r, 0, 5)
          return <polygon key={i} points={points([x, between(r, 20, 40)], [x + 5, 24], [x - 10, between(r, 120, 180)])} fill={p.shape} opacity="0.8" />
        })}
      </>
    )
  },
  'Sci-Fi': (p, r) => {
    const x = between(r, 80, 120)
    const tilt = between(r, -28, 28)
    return (
      <>
        {times(14, (i) => (
          <circle key={i} cx={between(r, 5, 195)} cy={between(r, 8, 190)} r={between(r, 0.8, 2.1)} fill={p.ink} />
        ))}
        <circle cx={x} cy="108" r="54" fill={p.shape} />
        <path d={`M${x - 54} 108 a54 54 0 0 0 108 0 a54 30 0 0 1 -108 0`} fill={p.ground} opacity="0.35" />
        <ellipse cx={x} cy="108" rx="88" ry="20" fill="none" stroke={p.accent} strokeWidth="6" transform={`rotate(${round(tilt)} ${round(x)} 108)`} />
        <circle cx={between(r, 24, 60)} cy="38" r="9" fill={p.accent} />
      </>
    )
  },
  War: (p, r) => (
    <>
      {times(5, (i) => (
        <polygon key={i} points={points([20, 60 + i * 30], [100, 18 + i * 30], [180, 60 + i * 30], [180, 76 + i * 30], [100, 34 + i * 30], [20, 76 + i * 30])} fill={i === 1 + Math.floor(r() * 3) ? p.accent : p.shape} />
      ))}
    </>
  ),
  Documentary: (p, r) => {
    const lit = Math.floor(r() * 20)
    return (
      <>
        {times(20, (i) => {
          const x = 22 + (i % 4) * 40
          const y = 16 + Math.floor(i / 4) * 37
          return i === lit ? (
            <circle key={i} cx={x + 17} cy={y + 16} r="17" fill={p.accent} />
          ) : (
            <rect key={i} x={x} y={y} width="34" height="31" fill={p.shape} opacity={between(r, 0.35, 1)} />
          )
        })}
      </>
    )
  },
  Fantasy: (p, r) => {
    const peak = between(r, 70, 130)
    return (
      <>
        <circle cx={peak > 100 ? 48 : 152} cy="54" r="24" fill={p.accent} />
        <circle cx={peak > 100 ? 58 : 162} cy="48" r="21" fill={p.ground} />
        {times(9, (i) => (
          <path key={i} d={`M${round(between(r, 8, 192))} ${round(between(r, 10, 90))} l2 5 5 2 -5 2 -2 5 -2 -5 -5 -2 5 -2z`} fill={p.accent} opacity="0.8" />
        ))}
        <polygon points={points([peak - 90, 206], [peak, 68], [peak + 90, 206])} fill={p.shape} />
        <polygon points={points([peak, 68], [peak + 90, 206], [peak + 14, 206])} fill={p.ground} opacity="0.35" />
        <polygon points={points([peak, 68], [peak + 17, 94], [peak + 4, 90], [peak - 5, 101], [peak - 19, 97])} fill={p.accent} />
      </>
    )
  },
  Mystery: (p, r) => {
    const y = between(r, 96, 112)
    return (
      <>
        {times(4, (i) => (
          <circle key={i} cx="100" cy={y} r={88 - i * 18} fill={i % 2 ? p.ground : p.shape} opacity={0.55 + i * 0.12} />
        ))}
        <circle cx="100" cy={y - 8} r="17" fill={p.accent} />
        <polygon points={points([92, y], [108, y], [117, y + 40], [83, y + 40])} fill={p.accent} />
      </>
    )
  },
  Children: (p, r) => (
    <>
      {times(4, (i) => {
        const x = 35 + i * 43
        const y = between(r, 45, 110)
        return (
          <g key={i}>
            <path d={`M${x} ${round(y + 30)} Q${round(x + between(r, -18, 18))} ${round(y + 70)} ${round(100 + (x - 100) * 0.3)} 206`} stroke={p.ink} strokeWidth="1.6" fill="none" opacity="0.7" />
            <ellipse cx={x} cy={y} rx="23" ry="29" fill={i % 2 ? p.accent : p.shape} />
          </g>
        )
      })}
    </>
  ),
  Romance: (p, r) => {
    const gap = between(r, 22, 34)
    const y = between(r, 95, 115)
    return (
      <>
        <circle cx={100 - gap} cy={y} r="56" fill={p.shape} />
        <circle cx={100 + gap} cy={y} r="56" fill={p.accent} opacity="0.82" />
        <path d={`M100 ${round(y + 20)} l-17 -18 a11 11 0 0 1 17 -14 a11 11 0 0 1 17 14z`} fill={p.ground} />
      </>
    )
  },
  Crime: (p, r) => {
    const turn = between(r, -20, 20)
    return (
      <g transform={`rotate(${round(turn)} 100 108)`} fill="none" strokeLinecap="round" strokeWidth="7">
        {times(6, (i) => {
          const size = 14 + i * 13
          const isLit = i === 2
          return <path key={i} d={`M${100 - size} ${122 + size * 0.5} C${100 - size} ${108 - size * 1.25} ${100 + size} ${108 - size * 1.25} ${100 + size} ${122 + size * between(r, 0.2, 0.75)}`} stroke={isLit ? p.accent : p.shape} />
        })}
        <path d="M100 108 v32" stroke={p.accent} />
      </g>
    )
  },
  Thriller: (p, r) => {
    const dx = between(r, -3.4, 3.4)
    const dy = between(r, -2.6, 2.6)
    return (
      <>
        {times(8, (i) => (
          <circle key={i} cx={100 + i * dx} cy={106 + i * dy} r={92 - i * 11.5} fill={i % 2 ? p.ground : p.shape} />
        ))}
        <circle cx={100 + 8 * dx} cy={106 + 8 * dy} r="9" fill={p.accent} />
      </>
    )
  },
  Adventure: hills,
  Action: (p, r) => {
    const x = between(r, 60, 140)
    const y = between(r, 110, 150)
    return (
      <>
        {times(11, (i) => {
          const a = (i / 11) * Math.PI * 2 + r() * 0.12
          const far = (angle: number) => [x + 260 * Math.cos(angle), y + 260 * Math.sin(angle)] as [number, number]
          return <polygon key={i} points={points([x, y], far(a), far(a + 0.27))} fill={p.shape} opacity={i % 3 ? 1 : 0.6} />
        })}
        <circle cx={x} cy={y} r="33" fill={p.accent} />
        <circle cx={x} cy={y} r="15" fill={p.ground} />
      </>
    )
  },
  Comedy: (p, r) => {
    const tilt = between(r, -16, 16)
    return (
      <>
        {times(12, (i) => (
          <rect key={i} x={between(r, 4, 188)} y={between(r, 6, 60)} width="8" height="8" rx={i % 2 ? 4 : 0} fill={i % 3 ? p.shape : p.accent} transform={`rotate(${Math.round(r() * 60)} 100 60)`} />
        ))}
        <g transform={`rotate(${round(tilt)} 100 120)`}>
          <path d="M36 112 h128 a64 64 0 0 1 -128 0z" fill={p.shape} />
          <path d="M52 112 h96 v13 h-96z" fill={p.accent} />
          <circle cx="68" cy="82" r="11" fill={p.ink} />
          <circle cx="132" cy="82" r="11" fill={p.ink} />
        </g>
      </>
    )
  },
  Drama: (p, r) => {
    const y = between(r, 96, 112)
    const turn = between(r, -30, 30)
    return (
      <g transform={`rotate(${round(turn)} 100 ${round(y)})`}>
        <path d={`M100 ${round(y - 70)} a70 70 0 0 0 0 140z`} fill={p.shape} />
        <path d={`M100 ${round(y - 70)} a70 70 0 0 1 0 140z`} fill={p.accent} />
        <circle cx="100" cy={y - 35} r="35" fill={p.shape} />
        <circle cx="100" cy={y + 35} r="35" fill={p.accent} />
      </g>
    )
  },
}

const strip: Motif = (p, r) => (
  <>
    <rect x="46" y="0" width="108" height="208" fill={p.shape} />
    {times(8, (i) => (
      <g key={i} fill={p.ground}>
        <rect x="52" y={8 + i * 26} width="10" height="14" rx="2" />
        <rect x="138" y={8 + i * 26} width="10" height="14" rx="2" />
      </g>
    ))}
    <rect x="70" y={between(r, 30, 60)} width="60" height="52" fill={p.accent} />
    <rect x="70" y={between(r, 118, 140)} width="60" height="52" fill={p.ground} />
  </>
)

export interface Pictured {
  title: string
  year?: number
  hue?: number
  genres: string[]
  tmdb_id?: string
}

/* TMDb's poster over the drawn one, as soon as it is there. */
function Photograph({ id }: { id: string }) {
  const address = useTmdbPoster(id)
  const [isThere, setThere] = useState(false)
  return address ? <img className={isThere ? 'poster-photo is-there' : 'poster-photo'} src={address} alt="" loading="lazy" referrerPolicy="no-referrer" onLoad={() => setThere(true)} /> : null
}

export const Poster = memo(function Poster({ id, film }: { id: string | number; film: Pictured }) {
  const { palette, motif, seed } = poster(id, film.genres, film.hue)
  const hasKey = useTmdbKey() !== ''
  const name = title(film.title).main
  const size = name.length > 44 ? 'tiny' : name.length > 26 ? 'small' : name.length > 13 ? 'medium' : 'large'
  return (
    <div className="poster" style={{ backgroundColor: palette.ground, color: palette.ink }} aria-hidden="true">
      <svg viewBox="0 0 200 208" preserveAspectRatio="xMidYMid slice" focusable="false">
        {(motifs[motif] ?? strip)(palette, numbersOf(seed))}
      </svg>
      <div className="poster-foot">
        <span className={`poster-title ${size}`}>{name}</span>
        {film.year && <span className="poster-year">{film.year}</span>}
      </div>
      {hasKey && film.tmdb_id && <Photograph id={film.tmdb_id} />}
    </div>
  )
})
