/* person.tsx: one person: what they rated, what they like, how they differ from everybody, who is like
 * them, and what the model makes of it. Every figure is the service's. */
import '../styles/film.css'
import { useMemo } from 'react'
import { useAnswer } from '../lib/answer'
import { ask, type Film, type Id } from '../lib/api'
import { useOffers } from '../lib/offers'
import { filmAddress, Link, personAddress } from '../lib/router'
import { t } from '../lib/texts'
import { mainTitle } from '../lib/titles'
import { Bars, Columns, Radar } from '../parts/bars'
import { type Line, Plot } from '../parts/plot'
import { Place } from '../parts/place'
import { Poster } from '../parts/poster'
import { Absent, Failed, isAbsent } from '../parts/states'
import { VirtualGrid } from '../parts/virtual'

interface Past extends Film {
  rating?: number
  time?: number
}

interface Profile {
  user_id: Id
  total_ratings: number
  average_rating: number | null
  rating_percentages: Record<string, number>
  genre_averages: Record<string, number | null>
  genre_counts: Record<string, number>
  unexplored_genres: string[]
  favorite_genre: string | null
  diversity_score: number
  history: Past[] // the latest
  nearest?: { user_id: Id; similarity: number }[]
}

interface Predicted extends Film {
  rating: number
  predicted: number
}

function Figures({ profile }: { profile: Profile }) {
  const figures: [string, string][] = [
    [t.person.ratings, t.number(profile.total_ratings)],
    [t.person.average, profile.average_rating?.toFixed(2) ?? '–'],
    [t.person.favorite, profile.favorite_genre ?? '–'],
    [t.person.diversity, String(profile.diversity_score)],
  ]
  return (
    <dl className="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

interface TasteOfYears {
  mix: Record<string, number>
  everyone: Record<string, number>
  years: { year: number; ratings: number; mean: number | null; genres: Record<string, number> }[]
}

const GENRES_SHOWN = 5
const YEARS_LEAST = 3 // fewer make no line

/* Share of each year's ratings that go to their genres, and how high they rate. */
function OverTime({ taste }: { taste: TasteOfYears }) {
  const years = useMemo(() => taste.years.filter((year) => year.ratings > 0), [taste])
  const x = useMemo(() => years.map((year) => year.year), [years])
  const lines = useMemo<Line[]>(() => {
    const genres = Object.entries(taste.mix).sort((a, b) => b[1] - a[1]).slice(0, GENRES_SHOWN)
    return genres.map(([name]) => ({ name, values: years.map((year) => Math.round((100 * (year.genres[name] ?? 0)) / year.ratings)) }))
  }, [taste, years])
  if (x.length < YEARS_LEAST) return null
  return (
    <section className="panel">
      <Plot label={t.person.overTime} x={x} xLabel={t.film.year} lines={lines} height={240} />
    </section>
  )
}

function Taste({ profile, taste }: { profile: Profile; taste: TasteOfYears | undefined }) {
  const averages = Object.entries(profile.genre_averages).filter((pair): pair is [string, number] => typeof pair[1] === 'number')
  const counts = Object.entries(profile.genre_counts).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1])
  return (
    <div className="panels">
      {averages.length > 2 && (
        <section className="panel">
          <h2>{t.person.averages}</h2>
          <Radar label={t.person.averages} values={averages} most={5} />
        </section>
      )}
      <section className="panel">
        <h2>{t.person.mix}</h2>
        <Bars
          label={t.person.theirs}
          besideLabel={taste ? t.person.everyone : undefined}
          bars={counts.map(([name, n]) => ({ name, value: taste?.mix[name] ?? n, beside: taste?.everyone[name], text: taste ? `${Math.round(100 * (taste.mix[name] ?? 0))}%` : String(n) }))}
        />
        {profile.unexplored_genres.length > 0 && (
          <>
            <h3 className="sub">{t.person.unexplored}</h3>
            <ul className="chips">
              {profile.unexplored_genres.map((genre) => (
                <li key={genre}>
                  <Link className="chip" href={`/?user=${encodeURIComponent(profile.user_id)}&genre=${encodeURIComponent(genre)}`}>
                    {genre}
                  </Link>
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <section className="panel">
        <h2>{t.person.how}</h2>
        <Columns
          label={t.person.how}
          bars={Object.entries(profile.rating_percentages)
            .sort((a, b) => Number(a[0]) - Number(b[0]))
            .map(([name, share]) => ({ name: String(Number(name)), value: share, text: `${Math.round(share)}%` }))}
        />
      </section>
      {taste && <OverTime taste={taste} />}
      {profile.nearest && profile.nearest.length > 0 && (
        <section className="panel">
          <h2>{t.person.nearest}</h2>
          <ul className="chips">
            {profile.nearest.map((other) => (
              <li key={other.user_id}>
                <Link className="chip" href={personAddress(other.user_id)}>
                  {t.discover.person(String(other.user_id))}
                  <small>{other.similarity.toFixed(2)}</small>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function Predictions({ id }: { id: string }) {
  const isOffered = useOffers('GET', '/api/users/{id}/predictions')
  const answer = useAnswer<{ predictions: Predicted[]; rmse?: number }>(isOffered ? `person predictions ${id}` : null, (signal) =>
    ask(`/api/users/${encodeURIComponent(id)}/predictions`, { params: { top_k: 20 }, signal }),
  )
  if (!isOffered || !answer.data?.predictions?.length) return null
  return (
    <section>
      <h2 className="section-title">{t.person.predictions}</h2>
      {answer.data.rmse !== undefined && <p className="soft">{t.person.rmse(answer.data.rmse)}</p>}
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t.person.predictions}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.person.film}</th>
              <th scope="col">{t.person.given}</th>
              <th scope="col">{t.person.predicted}</th>
            </tr>
          </thead>
          <tbody>
            {answer.data.predictions.map((film) => (
              <tr key={film.item_id}>
                <th scope="row">
                  <Link href={filmAddress(film.item_id)}>{mainTitle(film.title)}</Link>
                </th>
                <td className="number">{film.rating}</td>
                <td className="number">{film.predicted.toFixed(2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Past({ films }: { films: Past[] }) {
  return (
    <section>
      <h2 className="section-title">{t.person.history}</h2>
      <VirtualGrid
        count={films.length}
        minWidth={260}
        gap={12}
        rowHeight={96}
        render={(i) => {
          const film = films[i]!
          return (
            <Link href={filmAddress(film.item_id)} className="past">
              <Poster id={film.item_id} film={film} />
              <span>
                <strong>{mainTitle(film.title)}</strong>
                <small>{[film.year, film.time && new Date(film.time * 1000).toLocaleDateString('en')].filter(Boolean).join(' · ')}</small>
              </span>
              {film.rating !== undefined && (
                <b aria-label={t.stars.value(film.rating)}>
                  {film.rating}
                  <span aria-hidden="true">★</span>
                </b>
              )}
            </Link>
          )
        }}
      />
    </section>
  )
}

export default function PersonPage({ id }: { id: string }) {
  const answer = useAnswer<Profile>(`person ${id}`, (signal) => ask(`/api/users/${encodeURIComponent(id)}`, { signal }))
  const taste = useAnswer<TasteOfYears>(`person taste ${id}`, (signal) => ask(`/api/users/${encodeURIComponent(id)}/taste`, { signal }))
  const { data, problem } = answer
  return (
    <main id="content" className="page" aria-busy={answer.isLoading}>
      <header className="page-head person-head">
        <div>
          <h1>{t.person.title(id)}</h1>
          {data && <Figures profile={data} />}
          {data && (
            <p>
              <Link className="button" href={`/?user=${encodeURIComponent(id)}`}>
                {t.person.recommend}
              </Link>
            </p>
          )}
        </div>
        <div className="place-room">{data && <Place id={id} />}</div>
      </header>
      {problem && (isAbsent(problem) ? <Absent route="/api/users/ID" /> : <Failed problem={problem} retry={answer.retry} />)}
      {data && (
        <>
          <Taste profile={data} taste={taste.data} />
          <Predictions id={id} />
          {data.history.length > 0 && <Past films={data.history} />}
        </>
      )}
    </main>
  )
}
