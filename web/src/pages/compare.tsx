/* compare.tsx: one person through several models, side by side: which films more than one of them
 * names, and how the experiments that run on the server stand. */
import { useEffect, useMemo, useState } from 'react'
import { ask, type Film, type Models, Problem, type Recommendations } from '../lib/api'
import { useParams, filmAddress, Link } from '../lib/router'
import { NEWCOMER, useShelf } from '../lib/store'
import { t } from '../lib/texts'
import { title } from '../lib/titles'
import { request, readDiscover } from '../lib/discover'
import { useModels } from '../lib/lists'
import { Experiments } from '../parts/experiments'
import { PersonPicker } from '../parts/picker'
import { Poster } from '../parts/poster'
import { Failed } from '../parts/states'

const FILMS = 10
const MODELS_MAX = 4

type List = Recommendations | Problem

/* Which models name a film, by film. */
export function namedBy(lists: ReadonlyMap<string, readonly Film[]>): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [model, films] of lists)
    for (const film of films) found.set(String(film.item_id), [...(found.get(String(film.item_id)) ?? []), model])
  return found
}

function useLists(names: string[], state: ReturnType<typeof readDiscover>) {
  const shelf = useShelf()
  const bodies = names.map((model) => request({ ...state, count: FILMS, model }, shelf))
  const key = JSON.stringify(bodies)
  const [lists, setLists] = useState<{ key: string; lists: Map<string, List> }>({ key: '', lists: new Map() })
  useEffect(() => {
    const controller = new AbortController()
    const asked = JSON.parse(key) as typeof bodies
    Promise.all(
      asked.map((one) =>
        ask<Recommendations>(one.path, { ...one.ask, signal: controller.signal }).catch((cause: unknown) => (cause instanceof Problem ? cause : new Problem(String(cause), 500))),
      ),
    ).then((answers) => {
      if (controller.signal.aborted) return
      const next = new Map<string, List>()
      asked.forEach((one, i) => next.set((one.ask.body as { model: string }).model, answers[i]!))
      setLists({ key, lists: next })
    })
    return () => controller.abort()
  }, [key])
  return { lists: lists.lists, isLoading: lists.key !== key }
}

function Column({ name, models, list, named }: { name: string; models: Models | undefined; list: List | undefined; named: Map<string, string[]> }) {
  const details = models?.details[name]
  return (
    <section className="model-column" aria-label={name}>
      <h2>{name}</h2>
      <p className="soft">{details?.summary}</p>
      {list instanceof Problem && <Failed problem={list} retry={() => location.reload()} />}
      {list && !(list instanceof Problem) && (
        <ol className="model-films">
          {list.recommendations.map((film) => {
            const others = (named.get(String(film.item_id)) ?? []).filter((other) => other !== name)
            return (
              <li key={film.item_id} className={others.length ? 'is-shared' : undefined}>
                <Link href={filmAddress(film.item_id)}>
                  <Poster id={film.item_id} film={film} />
                  <span className="model-film">
                    <strong>{title(film.title).main}</strong>
                    <small>
                      {[film.year, film.score?.toFixed(3)].filter((x) => x !== undefined).join(' · ')}
                    </small>
                    {others.length > 0 && <small className="also-in">{t.compare.also(others)}</small>}
                  </span>
                </Link>
              </li>
            )
          })}
        </ol>
      )}
    </section>
  )
}

function Overlap({ names, lists }: { names: string[]; lists: Map<string, Film[]> }) {
  const shared = (a: string, b: string) => {
    const own = new Set((lists.get(a) ?? []).map((film) => String(film.item_id)))
    return (lists.get(b) ?? []).filter((film) => own.has(String(film.item_id))).length
  }
  return (
    <table className="overlap">
      <caption>{t.compare.overlap}</caption>
      <thead>
        <tr>
          <td />
          {names.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {names.map((row) => (
          <tr key={row}>
            <th scope="row">{row}</th>
            {names.map((column) => (
              <td key={column} className="number">
                {row === column ? '' : t.compare.shared(shared(row, column), FILMS)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export default function ComparePage() {
  const [params, set] = useParams()
  const { data: models } = useModels()
  const state = useMemo(() => readDiscover(params), [params])
  const all = models?.models ?? []
  const chosen = params.getAll('models').filter((name) => all.includes(name))
  const names = chosen.length ? chosen : all.slice(0, 3)
  const { lists, isLoading } = useLists(names, state)
  const films = useMemo(() => {
    const found = new Map<string, Film[]>()
    for (const [name, list] of lists) if (!(list instanceof Problem)) found.set(name, list.recommendations)
    return found
  }, [lists])
  const named = useMemo(() => namedBy(films), [films])
  const turn = (name: string) => {
    const next = names.includes(name) ? names.filter((one) => one !== name) : [...names, name].slice(-MODELS_MAX)
    set({ models: next })
  }
  return (
    <main id="content" className="page">
      <header className="page-head">
        <h1>
          {t.compare.title} <PersonPicker user={state.user} onPick={(user) => set({ user: user === NEWCOMER ? null : user, me: user === NEWCOMER ? '1' : null }, false)} />
        </h1>
        <p className="lead">{t.compare.lead}</p>
        <ul className="chips" aria-label={t.compare.models}>
          {all.map((name) => (
            <li key={name}>
              <button type="button" className={names.includes(name) ? 'chip is-wanted' : 'chip is-none'} aria-pressed={names.includes(name)} onClick={() => turn(name)}>
                {name}
              </button>
            </li>
          ))}
        </ul>
      </header>
      <div className="model-columns" aria-busy={isLoading}>
        {names.map((name) => (
          <Column key={name} name={name} models={models} list={lists.get(name)} named={named} />
        ))}
      </div>
      {names.length > 1 && <Overlap names={names} lists={films} />}
      {all.length === 1 && <p className="soft">{t.compare.onlyOne}</p>}
      <section>
        <h2 className="section-title">{t.compare.experiments}</h2>
        <Experiments />
      </section>
    </main>
  )
}
