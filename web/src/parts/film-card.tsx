/* film-card.tsx: a film in a list: poster, how well it fits and why, and what one can do with it. */
import { memo } from 'react'
import type { Film } from '../lib/api'
import { filmAddress, Link } from '../lib/router'
import { t } from '../lib/texts'
import { title } from '../lib/titles'
import { Poster } from './poster'
import { Stars } from './stars'

export interface FilmActions {
  rating: number | undefined
  onRate: (film: Film, rating: number | null) => void
  onAside: (film: Film, reason: 'no' | 'seen') => void
}

/* The why-line says titles as the catalogue keeps them; they are put as people say them. */
export function spoken(why: string, reasons: { title: string }[] | undefined): string {
  return (reasons ?? []).reduce((text, reason) => text.replace(reason.title, title(reason.title).main), why)
}

function Score({ score, share }: { score: number; share: number }) {
  return (
    <div className="score">
      <span className="score-track" aria-hidden="true">
        <span className="score-fill" style={{ transform: `scaleX(${share.toFixed(4)})` }} />
      </span>
      <span className="score-value">
        <span className="sr-only">{t.discover.score} </span>
        {score.toFixed(3)}
      </span>
    </div>
  )
}

export const FilmCard = memo(function FilmCard(props: { film: Film; rank: number; share: number } & Partial<FilmActions>) {
  const { film, rank, share, rating, onRate, onAside } = props
  const { main, also } = title(film.title)
  return (
    <article className="film">
      <Link href={filmAddress(film.item_id)} className="film-poster" tabIndex={-1} aria-hidden="true">
        <Poster id={film.item_id} film={film} />
        {rank > 0 && <span className="rank">{rank}</span>}
      </Link>
      <div className="film-body">
        <h3 className="film-title">
          <Link href={filmAddress(film.item_id)} title={also ? `${main} (${also})` : undefined}>
            {main}
          </Link>
        </h3>
        <p className="film-facts">
          {[film.year, film.genres.join(', ')].filter(Boolean).join(' · ')}
        </p>
        {film.score !== undefined && <Score score={film.score} share={share} />}
        {film.why && <p className="why">{spoken(film.why, film.reasons)}</p>}
        {onRate && (
          <div className="film-actions">
            <Stars value={rating} title={main} onRate={(value) => onRate(film, value)} />
            <span className="film-links">
              <Link href={filmAddress(film.item_id)} aria-label={t.discover.moreLikeLabel(main)}>
                {t.discover.moreLike}
              </Link>
              {onAside && (
                <>
                  <button type="button" aria-label={t.discover.notThisLabel(main)} onClick={() => onAside(film, 'no')}>
                    {t.discover.notThis}
                  </button>
                  <button type="button" aria-label={t.discover.seenLabel(main)} onClick={() => onAside(film, 'seen')}>
                    {t.discover.seen}
                  </button>
                </>
              )}
            </span>
          </div>
        )}
      </div>
    </article>
  )
})
