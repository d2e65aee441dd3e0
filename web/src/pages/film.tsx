/* film.tsx: one film: what is known of it, how people rated it, and films like it, once as the model
 * sees it and once by what is written of them. */
import '../styles/film.css'
import { useAnswer } from '../lib/answer'
import { ask, type Film, type Id } from '../lib/api'
import { useOffers, useTakes } from '../lib/offers'
import { Link, personAddress } from '../lib/router'
import { rate, useShelf, NEWCOMER } from '../lib/store'
import { t } from '../lib/texts'
import { title } from '../lib/titles'
import { lastWho } from '../lib/who'
import { Bars, Columns } from '../parts/bars'
import { Poster } from '../parts/poster'
import { Rail, RailSkeleton } from '../parts/rail'
import { Stars } from '../parts/stars'
import { Failed, Notice } from '../parts/states'

interface Facts {
  id: Id
  title: string
  genres: string[]
  year?: number
  imdb_id?: string
  tmdb_id?: string
  overview?: string
  runtime?: number
  release_date?: string
  count?: number
  mean?: number
  damped_mean?: number
  histogram?: { rating: number; count: number }[]
  tags?: { tag: string; count: number }[]
}

const TAGS_SHOWN = 12
const GENRES_SHOWN = 6

interface Similar extends Film {
  similarity: number
}

function useSimilar(id: string, by: 'vector' | 'content') {
  return useAnswer<{ similar_items: Similar[]; by?: string }>(`similar ${by} ${id}`, (signal) =>
    ask(`/api/similar/${encodeURIComponent(id)}`, { params: { top_k: 20, by: by === 'content' ? by : undefined }, signal }),
  )
}

function Likes({ id, by, label }: { id: string; by: 'vector' | 'content'; label: string }) {
  const answer = useSimilar(id, by)
  if (answer.problem) return null
  return (
    <section className="film-section">
      <h2>{label}</h2>
      {answer.data ? <Rail films={answer.data.similar_items} label={label} note={(film) => (film as Similar).similarity.toFixed(3)} /> : <RailSkeleton />}
    </section>
  )
}

function Elsewhere({ film }: { film: Facts }) {
  if (!film.imdb_id && !film.tmdb_id) return null
  return (
    <p className="elsewhere">
      <span className="label">{t.film.links}</span>
      {film.imdb_id && (
        <a href={`https://www.imdb.com/title/tt${encodeURIComponent(film.imdb_id.replace(/^tt/, ''))}/`} rel="noreferrer">
          {t.film.imdb}
        </a>
      )}
      {film.tmdb_id && (
        <a href={`https://www.themoviedb.org/movie/${encodeURIComponent(film.tmdb_id)}`} rel="noreferrer">
          {t.film.tmdb}
        </a>
      )}
    </p>
  )
}

/* How it was rated and called: beside the title where there is room. */
function Remarks({ film }: { film: Facts }) {
  return (
    <div className="film-aside">
      {film.histogram && film.histogram.length > 0 && (
        <section>
          <h2 className="label">{t.film.histogram}</h2>
          <Columns label={t.film.histogram} bars={film.histogram.map((one) => ({ name: String(one.rating), value: one.count }))} />
        </section>
      )}
      {film.tags && film.tags.length > 0 && (
        <section>
          <h2 className="label">{t.film.tags}</h2>
          <ul className="chips">
            {film.tags.slice(0, TAGS_SHOWN).map((tag) => (
              <li key={tag.tag}>
                <Link className="chip" href={`/?q=${encodeURIComponent(tag.tag)}`}>
                  {tag.tag}
                  {tag.count > 1 && <small>{tag.count}</small>}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

interface FansAnswer {
  liked: number
  fans: { user_id: Id; rating?: number }[]
  genres: { genre: string; theirs: number; everyone: number; difference: number }[]
}

/* Who likes it, and what else they watch: the genres that they watch most above everyone. */
function Fans({ id }: { id: string }) {
  const isOffered = useOffers('GET', '/api/movie/{id}/fans')
  const answer = useAnswer<FansAnswer>(isOffered ? `film fans ${id}` : null, (signal) => ask(`/api/movie/${encodeURIComponent(id)}/fans`, { params: { limit: 18 }, signal }))
  if (!answer.data || answer.data.fans.length === 0) return null
  const { liked, fans, genres } = answer.data
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`
  return (
    <div className="panels film-panels">
      <section className="panel">
        <h2>{t.film.fans}</h2>
        <p className="soft">{fans[0]!.rating === undefined ? t.film.had(liked) : t.film.liked(liked)}</p>
        <ul className="chips">
          {fans.map((person) => (
            <li key={person.user_id}>
              <Link className="chip" href={personAddress(person.user_id)}>
                {t.discover.person(String(person.user_id))}
                {person.rating !== undefined && <small>{t.film.gave(person.rating)}</small>}
              </Link>
            </li>
          ))}
        </ul>
      </section>
      <section className="panel">
        <h2>{t.film.fansMix}</h2>
        <Bars
          label={t.film.fansTheirs}
          besideLabel={t.film.fansEveryone}
          bars={genres.slice(0, GENRES_SHOWN).map((mix) => ({ name: mix.genre, value: mix.theirs, beside: mix.everyone, text: percent(mix.theirs) }))}
        />
      </section>
    </div>
  )
}

function Head({ film }: { film: Facts }) {
  const shelf = useShelf()
  const who = lastWho() ?? NEWCOMER
  const name = title(film.title)
  const facts = [film.year, film.runtime && t.film.runtime(film.runtime)].filter(Boolean)
  return (
    <header className="film-head">
      <Poster id={film.id} film={film} />
      <div className="film-intro">
        <h1>{name.main}</h1>
        {name.also && (
          <p className="lead">
            {t.film.also} {name.also}
          </p>
        )}
        <p className="film-line">
          {facts.map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
          {film.genres.map((genre) => (
            <Link key={genre} href={`/?genre=${encodeURIComponent(genre)}`}>
              {genre}
            </Link>
          ))}
        </p>
        {film.overview && <p className="lead">{film.overview}</p>}
        {film.count !== undefined && (
          <dl className="figures">
            <div>
              <dt>{t.film.ratings}</dt>
              <dd>{t.number(film.count)}</dd>
            </div>
            {film.mean !== undefined && film.mean > 0 && (
              <div>
                <dt>{t.film.mean}</dt>
                <dd>{film.mean.toFixed(2)}</dd>
              </div>
            )}
          </dl>
        )}
        <div className="yours">
          <span className="label">{who === NEWCOMER ? t.film.yours : t.film.theirs(who)}</span>
          <Stars value={shelf.ratings[who]?.[film.id]} title={name.main} onRate={(value) => rate(who, film.id, value, film.title)} />
        </div>
        <Elsewhere film={film} />
        <p>
          <Link className="button" href={`/?q=${encodeURIComponent(`like "${name.main}"`)}`}>
            {t.film.discoverLike}
          </Link>
        </p>
      </div>
      <Remarks film={film} />
    </header>
  )
}

export default function FilmPage({ id }: { id: string }) {
  const film = useAnswer<Facts>(`film ${id}`, (signal) => ask(`/api/movie/${encodeURIComponent(id)}`, { signal }))
  const hasContent = useTakes('GET', '/api/similar/{id}', 'by')
  return (
    <main id="content" className="page" aria-busy={film.isLoading}>
      {film.problem ? (
        film.problem.status === 404 ? (
          <Notice isPage title={t.film.unknown}>{film.problem.message}</Notice>
        ) : (
          <>
            <h1 className="sr-only">{t.film.unknown}</h1>
            <Failed problem={film.problem} retry={film.retry} />
          </>
        )
      ) : film.data ? <Head film={film.data} /> : <div className="film-head skeleton"><div className="poster" /></div>}
      {!film.problem && (
        <>
          <Likes id={id} by="vector" label={t.film.similarVector} />
          {hasContent && <Likes id={id} by="content" label={t.film.similarContent} />}
          {film.data && <Fans id={id} />}
        </>
      )}
    </main>
  )
}
