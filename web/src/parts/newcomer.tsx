/* newcomer.tsx: the beginning with somebody who is new: genres, then a few films whose ratings tell
 * people apart, chosen by the service. All of it stays in the browser. */
import { useState } from 'react'
import { useAnswer } from '../lib/answer'
import { ask, type Film } from '../lib/api'
import { change, isUntouched, NEWCOMER, rate, useShelf } from '../lib/store'
import { t } from '../lib/texts'
import { mainTitle } from '../lib/titles'
import { Poster } from './poster'
import { Stars } from './stars'

const FILMS = 12

async function starters(signal: AbortSignal): Promise<Film[]> {
  const answer = await ask<{ starters: Film[] }>('/api/starters', { params: { top_k: FILMS }, signal })
  return answer.starters
}

export function Newcomer({ genres }: { genres: readonly string[] }) {
  const shelf = useShelf()
  const own = shelf.ratings[NEWCOMER] ?? {}
  const count = Object.keys(own).length
  // Open while somebody begins, and not shut under their hands by the first star.
  const [wasUntouched] = useState(() => isUntouched(shelf))
  const { data: films } = useAnswer<Film[]>('starters', starters)
  const turn = (genre: string) =>
    change((s) => ({ ...s, prefer: s.prefer.includes(genre) ? s.prefer.filter((g) => g !== genre) : [...s.prefer, genre] }))
  const forgetAll = () => change((s) => ({ ...s, prefer: [], ratings: { ...s.ratings, [NEWCOMER]: {} }, aside: { ...s.aside, [NEWCOMER]: [] } }))
  return (
    <details className="newcomer" open={wasUntouched}>
      <summary>
        {isUntouched(shelf) ? t.newcomer.title : t.newcomer.open}
        <span className="soft"> {t.newcomer.rated(count)}</span>
      </summary>
      <p>{t.newcomer.genres}</p>
      <ul className="chips">
        {genres.map((genre) => (
          <li key={genre}>
            <button type="button" className={shelf.prefer.includes(genre) ? 'chip is-wanted' : 'chip is-none'} aria-pressed={shelf.prefer.includes(genre)} onClick={() => turn(genre)}>
              {genre}
            </button>
          </li>
        ))}
      </ul>
      <p>{t.newcomer.films}</p>
      <ul className="starters">
        {(films ?? []).map((film) => (
          <li key={film.item_id}>
            <Poster id={film.item_id} film={film} />
            <span className="starter-title">{mainTitle(film.title)}</span>
            <Stars value={own[film.item_id]} title={mainTitle(film.title)} onRate={(value) => rate(NEWCOMER, film.item_id, value, film.title)} />
          </li>
        ))}
      </ul>
      {!isUntouched(shelf) && (
        <button type="button" className="text-button" onClick={forgetAll}>
          {t.newcomer.again}
        </button>
      )}
    </details>
  )
}
