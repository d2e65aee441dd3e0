/* about.tsx: what this is made of: data, licence, privacy, and the models with what was measured of
 * them (src/guide.json, written by tools/guide.mjs from the results file). */
import { useState } from 'react'
import guide from '../guide.json'
import { t } from '../lib/texts'
import { setTmdbKey, useTmdbKey, useTmdbOffered } from '../lib/tmdb'
import { KeyForm } from '../parts/key_form'

interface Figures {
  fit: number
  memory: number
  ndcg: number
  low: number
  high: number
  hit: number
}
interface Model {
  name: string
  family: string
  summary: string
  source: string
  traits: string[]
  figures?: Figures
}

const models = guide.models as Model[]
type Order = 'ndcg' | 'fit' | 'memory' | 'name'

function sorted(order: Order): Model[] {
  const value = (model: Model) => (order === 'ndcg' ? -(model.figures?.ndcg ?? -1) : order === 'name' ? 0 : (model.figures?.[order] ?? Infinity))
  return [...models].sort((a, b) => value(a) - value(b) || a.name.localeCompare(b.name))
}

function Guide() {
  const [order, setOrder] = useState<Order>('ndcg')
  const best = Math.max(...models.map((model) => model.figures?.ndcg ?? 0))
  const column = (key: Order, text: string) => (
    <th scope="col" aria-sort={order === key ? (key === 'ndcg' ? 'descending' : 'ascending') : undefined}>
      <button type="button" className={order === key ? 'sort is-on' : 'sort'} onClick={() => setOrder(key)}>
        {text}
      </button>
    </th>
  )
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t.about.guide}>
      <table>
        <thead>
          <tr>
            {column('name', t.about.model)}
            {column('ndcg', 'ndcg@10')}
            {column('fit', t.about.fit)}
            {column('memory', t.about.memory)}
            <th scope="col">{t.about.newPeople}</th>
            <th scope="col">{t.about.newFilms}</th>
            <th scope="col">{t.about.explains}</th>
          </tr>
        </thead>
        <tbody>
          {sorted(order).map((model) => (
            <tr key={model.name}>
              <th scope="row">
                {model.name}
                <small>{model.family}</small>
              </th>
              <td className="number">
                {model.figures ? (
                  <span className="bar-cell">
                    <span className="bar" aria-hidden="true">
                      <span style={{ transform: `scaleX(${model.figures.ndcg / best})` }} />
                    </span>
                    {model.figures.ndcg.toFixed(4)}
                    <small>±{((model.figures.high - model.figures.low) / 2).toFixed(4)}</small>
                  </span>
                ) : (
                  <span className="soft">{t.about.notMeasured}</span>
                )}
              </td>
              <td className="number">{model.figures ? t.about.seconds(model.figures.fit) : ''}</td>
              <td className="number">{model.figures ? t.about.megabytes(model.figures.memory) : ''}</td>
              <td>{model.name === 'random' ? t.about.no : t.about.foldIn}</td>
              <td>{model.traits.includes('needs text') || model.name === 'hybrid' ? t.about.byText : model.traits.includes('learns new rows') ? t.about.byUpdate : t.about.byTraining}</td>
              <td>{model.traits.includes('explains itself') ? t.about.exactly : t.about.no}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/* The person's own key for TMDb's posters. */
function Posters() {
  const isOffered = useTmdbOffered(true)
  const key = useTmdbKey()
  return (
    <section className="prose">
      <h2 className="section-title">{t.posters.title}</h2>
      <p>{t.posters.drawn}</p>
      {isOffered === false && <p className="soft">{t.posters.notOffered}</p>}
      {isOffered && (
        <>
          <p>{t.posters.offered}</p>
          <KeyForm label={t.posters.key} button={t.posters.keep} initial={key} onKey={setTmdbKey} />
          <p role="status" className="soft">
            {key && t.posters.kept}
          </p>
        </>
      )}
    </section>
  )
}

export default function AboutPage() {
  return (
    <main id="content" className="page">
      <header className="page-head">
        <h1>{t.about.title}</h1>
        <p className="lead">{t.about.lead}</p>
      </header>
      <div className="columns">
        {t.about.sections.map((section) => (
          <section key={section.title} className="prose">
            <h2>{section.title}</h2>
            {section.paragraphs.map((paragraph) => (
              <p key={paragraph}>{paragraph}</p>
            ))}
          </section>
        ))}
      </div>
      <Posters />
      <section>
        <h2 className="section-title">{t.about.guide}</h2>
        <p className="soft">{t.about.guideNote(guide.data, guide.candidates)}</p>
        <Guide />
      </section>
      <section>
        <h2 className="section-title">{t.about.models}</h2>
        <ul className="model-list">
          {models.map((model) => (
            <li key={model.name}>
              <h3>{model.name}</h3>
              <p>{model.summary}</p>
              <p className="source">{model.source}</p>
            </li>
          ))}
        </ul>
      </section>
    </main>
  )
}
