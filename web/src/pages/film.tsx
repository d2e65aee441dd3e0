/* film.tsx: one film. */
import { useAnswer } from '../lib/answer'
import { ask, type Film, type Id } from '../lib/api'
import { t } from '../lib/texts'
import { title } from '../lib/titles'
import { Poster } from '../parts/poster'
import { Failed } from '../parts/states'

interface Facts {
  id: Id
  title: string
  genres: string[]
  year?: number
}

export default function FilmPage({ id }: { id: string }) {
  const film = useAnswer<Facts>(`film ${id}`, (signal) => ask(`/api/movie/${encodeURIComponent(id)}`, { signal }))
  const similar = useAnswer<{ similar_items: Film[] }>(`similar ${id}`, (signal) => ask(`/api/similar/${encodeURIComponent(id)}`, { signal }))
  if (film.problem) return <main id="content"><Failed problem={film.problem} retry={film.retry} /></main>
  if (!film.data) return <main id="content" aria-busy="true" />
  const name = title(film.data.title)
  return (
    <main id="content">
      <Poster id={film.data.id} title={film.data.title} year={film.data.year} genres={film.data.genres} />
      <h1>{name.main}</h1>
      <h2>{t.film.similarVector}</h2>
      <ul>{similar.data?.similar_items.map((one) => <li key={one.item_id}>{one.title}</li>)}</ul>
    </main>
  )
}
