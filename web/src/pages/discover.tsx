/* discover.tsx: the first page: who watches, what they wish for, and the films for it. Every
 * control writes the address, the address makes the request (lib/discover.ts), and the list stays
 * on the screen until the next one is here. */
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { type Answer, useAnswer, useSettled } from '../lib/answer'
import { ask, type Film, type Intent, type Models, type Recommendations } from '../lib/api'
import { useGenres, useModels } from '../lib/lists'
import { COUNT_MAX, DEFAULT_COUNT, type Discover, readDiscover, request, shares, shelfOf, turnGenre } from '../lib/discover'
import { type Patch, useParams } from '../lib/router'
import { isUntouched, NEWCOMER, rate, setAside, type Shelf, useShelf } from '../lib/store'
import { t } from '../lib/texts'
import { mainTitle } from '../lib/titles'
import { rememberWho } from '../lib/who'
import { GenreChips, Slider } from '../parts/controls'
import { type FilmActions, FilmCard } from '../parts/film-card'
import { Newcomer } from '../parts/newcomer'
import { PersonPicker } from '../parts/picker'
import { Blanks, Failed, Notice, Skeletons } from '../parts/states'

const TYPING_MS = 250
const SLIDING_MS = 80
const FIRST_FILMS = 8 // what a window shows at first; the rest is drawn after it, in pieces

type Set = (patch: Patch, replace?: boolean) => void

/* The field answers every key at once; the address, and with it the list, follows a moment later. */
function Wish({ wish, set }: { wish: string; set: Set }) {
  const [text, setText] = useState(wish)
  const written = useRef(wish)
  const settled = useSettled(text, TYPING_MS)
  useEffect(() => {
    if (wish !== written.current) setText(wish)
    written.current = wish
  }, [wish])
  useEffect(() => {
    if (settled.trim() === written.current.trim()) return
    written.current = settled.trim()
    set({ q: settled.trim(), drop: null })
  }, [settled, set])
  const choose = (next: string) => {
    setText(next)
    written.current = next
    set({ q: next, drop: null }, false)
  }
  return (
    <div className="wish" role="search">
      <label className="sr-only" htmlFor="wish">
        {t.discover.wish}
      </label>
      <div className="wish-line">
        <input id="wish" type="text" value={text} placeholder={t.discover.wishHint} autoComplete="off" spellCheck={false} maxLength={500} onChange={(event) => setText(event.target.value)} />
        {text && (
          <button type="button" className="icon-button" aria-label={t.discover.clearWish} onClick={() => choose('')}>
            <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
              <path d="M6 6l12 12M18 6L6 18" />
            </svg>
          </button>
        )}
      </div>
      {!text && (
        <p className="examples">
          <span>{t.discover.examples}</span>
          {t.discover.exampleWishes.map((example) => (
            <button key={example} type="button" onClick={() => choose(example)}>
              {example}
            </button>
          ))}
        </p>
      )}
    </div>
  )
}

function Understood({ intent, dropped, set }: { intent: Intent; dropped: string[]; set: Set }) {
  const chips = intent.chips.filter((chip) => !dropped.includes(chip.label))
  if (!chips.length && !dropped.length && !intent.mood) return null
  return (
    <div className="understood">
      <span className="label">{t.discover.understood}</span>
      <ul className="chips">
        {intent.mood && (
          <li>
            <span className="chip is-fact">{t.discover.moodIs(intent.mood)}</span>
          </li>
        )}
        {chips.map((chip) => (
          <li key={chip.label}>
            <button type="button" className="chip is-heard" aria-label={t.discover.dropChip(chip.label)} onClick={() => set({ drop: [...dropped, chip.label] })}>
              {chip.label}
              <span aria-hidden="true">×</span>
            </button>
          </li>
        ))}
        {dropped.map((label) => (
          <li key={label}>
            <button type="button" className="chip is-dropped" aria-label={t.discover.restoreChip(label)} onClick={() => set({ drop: dropped.filter((one) => one !== label) })}>
              <s>{label}</s>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Tuning({ state, intent, models, set }: { state: Discover; intent: Intent | undefined; models: Models | undefined; set: Set }) {
  const alpha = (name: string) => intent?.alphas[name]
  return (
    <div className="tuning-fields">
        <Slider label={t.discover.count} value={state.count} low={1} high={COUNT_MAX} step={1} onChange={(n) => set({ n: n === DEFAULT_COUNT ? null : n })} />
        <Slider label={t.discover.diversity} value={state.diversity} low={0} high={1} step={0.05} onChange={(x) => set({ diversity: x || null })} />
        <label className="field">
          <span>{t.discover.model}</span>
          <select value={state.model} onChange={(event) => set({ model: event.target.value })}>
            <option value="">{models?.default ? t.discover.theDefault(models.default) : t.discover.automatic}</option>
            {models?.models.filter((name) => name !== models.default).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <fieldset className="alphas" disabled={!state.wish}>
          <legend>{t.discover.alphasNote}</legend>
          <Slider label={t.discover.alphas.genre} value={state.alphas.genre} fallback={alpha('genre_alpha')} low={0} high={1} step={0.05} onChange={(ga) => set({ ga })} />
          <Slider label={t.discover.alphas.popularity} value={state.alphas.popularity} fallback={alpha('pop_alpha')} low={0} high={1} step={0.05} onChange={(pa) => set({ pa })} />
          <Slider label={t.discover.alphas.embedding} value={state.alphas.embedding} fallback={alpha('embed_alpha')} low={0} high={1} step={0.05} onChange={(ea) => set({ ea })} />
        </fieldset>
    </div>
  )
}

function heading(state: Discover): string {
  if (state.user === null) return state.wish ? t.discover.heading.wish : t.discover.heading.nobody
  return state.user === NEWCOMER ? t.discover.heading.newcomer : t.discover.heading.person(state.user)
}

/* What has just happened, for eyes and screen readers alike, with a way back. */
interface Happening {
  text: string
  undo?: () => void
}

function Toast({ happening, onDone }: { happening: Happening | null; onDone: () => void }) {
  useEffect(() => {
    if (!happening) return
    const timer = setTimeout(onDone, 6000)
    return () => clearTimeout(timer)
  }, [happening, onDone])
  return (
    <div className="toast-place" role="status">
      {happening && (
        <div className="toast">
          <span>{happening.text}</span>
          {happening.undo && (
            <button
              type="button"
              onClick={() => {
                happening.undo?.()
                onDone()
              }}
            >
              {t.discover.undo}
            </button>
          )}
        </div>
      )}
    </div>
  )
}

function useFilms(state: Discover) {
  const shelf = useShelf()
  const asked = request(state, shelf)
  // What waits in the queue is not heard by the service yet: its acknowledgement asks again.
  const waiting = shelf.queue.filter((entry) => entry.user === state.user).length
  const key = `films ${asked.path} ${JSON.stringify(asked.ask.body)} ${waiting}`
  const answer = useAnswer<Recommendations>(key, (signal) => ask(asked.path, { ...asked.ask, signal }), SLIDING_MS)
  return { shelf, answer }
}

interface FilmsProps extends Pick<FilmActions, 'onRate' | 'onAside'> {
  films: Film[]
  own: Record<string, number> | undefined
  isOld: boolean // the next list is on its way
}

function Films({ films, own, isOld, onRate, onAside }: FilmsProps) {
  const bars = useMemo(() => shares(films.map((film) => film.score)), [films])
  const most = useDeferredValue(COUNT_MAX, FIRST_FILMS)
  return (
    <div className={isOld ? 'films is-old' : 'films'} aria-busy={isOld || most < films.length}>
      {films.slice(0, most).map((film, i) => (
        <FilmCard key={film.item_id} film={film} rank={i + 1} share={bars[i] ?? 0} rating={own?.[film.item_id]} onRate={onRate} onAside={onAside} />
      ))}
      <Blanks count={films.length - most} />
    </div>
  )
}

function Results({ state, shelf, answer, onHappening }: { state: Discover; shelf: Shelf; answer: Answer<Recommendations>; onHappening: (happening: Happening) => void }) {
  const place = shelfOf(state)
  const aside = shelf.aside[place]
  const own = shelf.ratings[place]
  // What was just rated or put aside is gone at once; the next answer, without it, fills the list.
  const films = useMemo(
    () => answer.data?.recommendations.filter(({ item_id }) => !aside?.includes(String(item_id)) && own?.[item_id] === undefined) ?? [],
    [answer.data, aside, own],
  )
  const onRate = useCallback(
    (film: Film, rating: number | null) => {
      const name = mainTitle(film.title)
      rate(place, film.item_id, rating, film.title)
      if (rating !== null)
        onHappening({ text: t.discover.ratedNote(name, rating), undo: () => rate(place, film.item_id, null, film.title) })
    },
    [place, onHappening],
  )
  const onAside = useCallback(
    (film: Film, reason: 'no' | 'seen') => {
      setAside(place, film.item_id, reason === 'no' ? 'dislike' : 'view')
      onHappening({ text: t.discover.undone(mainTitle(film.title)), undo: () => setAside(place, film.item_id, 'remove') })
    },
    [place, onHappening],
  )
  const isWaiting = answer.problem?.status === 503
  if (answer.problem && !answer.data && !isWaiting) return <Failed problem={answer.problem} retry={answer.retry} />
  if (!answer.data)
    return (
      <>
        {isWaiting && (
          <p className="waiting-note" role="status">
            {answer.problem?.message}
          </p>
        )}
        <Skeletons count={12} />
      </>
    )
  return (
    <>
      <div className="results-head">
        <h2>{heading(state)}</h2>
        <p className="soft">
          {t.discover.told(films.length)} · {t.discover.by(answer.data.model, answer.data.tier ?? answer.data.basis)}
        </p>
      </div>
      {isWaiting && (
        <p className="waiting-note" role="status">
          {answer.problem?.message}
        </p>
      )}
      {answer.problem && !isWaiting && <Failed problem={answer.problem} retry={answer.retry} />}
      {films.length === 0 && !answer.isLoading ? (
        <Notice title={t.states.nothing}>{t.states.nothingMore}</Notice>
      ) : (
        <Films films={films} own={own} isOld={answer.isLoading} onRate={onRate} onAside={onAside} />
      )}
    </>
  )
}

/* The wish's reading, from the answer that the list is made of, and what else can be set. */
function Reading({ state, answer, models, set }: { state: Discover; answer: Answer<Recommendations>; models: Models | undefined; set: Set }) {
  const [params] = useParams()
  const [isOpen, setOpen] = useState(false)
  const intent = state.wish ? answer.data?.intent : undefined
  return (
    <>
      {intent && <Understood intent={intent} dropped={state.dropped} set={set} />}
      <div className="stage-row">
        <button type="button" className="text-button" aria-expanded={isOpen} aria-controls="tuning" onClick={() => setOpen(!isOpen)}>
          {t.discover.tuning}
        </button>
        {state.genres.length > 0 && (
          <span className="segmented" role="group" aria-label={t.discover.strictLabel}>
            <button type="button" aria-pressed={state.strict} onClick={() => set({ soft: null })}>
              {t.discover.strict}
            </button>
            <button type="button" aria-pressed={!state.strict} onClick={() => set({ soft: '1' })}>
              {t.discover.soft}
            </button>
          </span>
        )}
        {params.size > 0 && (
          <button type="button" className="text-button" onClick={() => set(Object.fromEntries([...params.keys()].map((key) => [key, null])), false)}>
            {t.discover.reset}
          </button>
        )}
        {state.user !== NEWCOMER && <span className="soft hint">{t.discover.genreHint}</span>}
      </div>
      <div id="tuning" hidden={!isOpen}>
        <Tuning state={state} intent={intent} models={models} set={set} />
      </div>
    </>
  )
}

export default function DiscoverPage() {
  const [params, set] = useParams()
  const state = useMemo(() => readDiscover(params), [params])
  const { data: genres } = useGenres()
  const { data: models } = useModels()
  const { shelf, answer } = useFilms(state)
  useEffect(() => rememberWho(state.user), [state.user])
  // Who has just come chooses genres below, once.
  const isFresh = state.user === NEWCOMER && isUntouched(shelf)
  const [happening, setHappening] = useState<Happening | null>(null)
  const done = useCallback(() => setHappening(null), [])
  const pick = (user: string | null) =>
    set({ user: user === NEWCOMER ? null : user, user_id: null, me: user === NEWCOMER ? '1' : null }, false)
  const turn = (genre: string) => {
    const turned = turnGenre(state, genre)
    set({ genre: turned.genre, not: turned.not })
  }
  return (
    <main id="content" className="discover">
      <section className="stage">
        <h1>
          {t.discover.title} <PersonPicker user={state.user} onPick={pick} />
        </h1>
        <Wish wish={state.wish} set={set} />
        <div className={isFresh ? undefined : 'genres-place'}>
          {genres && !isFresh && <GenreChips genres={genres} wanted={state.genres} unwanted={state.without} onTurn={turn} />}
        </div>
        <Reading state={state} answer={answer} models={models} set={set} />
      </section>
      <section className="results" aria-label={heading(state)}>
        {state.user === NEWCOMER && <Newcomer genres={genres ?? []} />}
        <Results state={state} shelf={shelf} answer={answer} onHappening={setHappening} />
      </section>
      <Toast happening={happening} onDone={done} />
    </main>
  )
}
