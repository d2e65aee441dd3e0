/* rail.tsx: a row of films that scrolls sideways. */
import type { Film } from '../lib/api'
import { filmAddress, Link } from '../lib/router'
import { mainTitle } from '../lib/titles'
import { Poster } from './poster'

export function Rail({ films, label, note }: { films: Film[]; label: string; note?: (film: Film) => string | undefined }) {
  return (
    <ul className="rail" aria-label={label} tabIndex={0}>
      {films.map((film) => (
        <li key={film.item_id}>
          <Link href={filmAddress(film.item_id)}>
            <Poster id={film.item_id} film={film} />
            <span className="rail-title">{mainTitle(film.title)}</span>
            <span className="soft">{[film.year, note?.(film)].filter(Boolean).join(' · ')}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

export const RailSkeleton = () => (
  <ul className="rail" aria-hidden="true">
    {Array.from({ length: 8 }, (_, i) => (
      <li key={i} className="skeleton">
        <div className="poster" />
        <div className="line wide" />
      </li>
    ))}
  </ul>
)
