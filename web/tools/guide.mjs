/* guide.mjs: writes src/guide.json, what the About page says of the models: from docs/models.md
 * (which the program writes) and tests/regression/results.csv (what was measured). */
import { readFileSync, writeFileSync } from 'node:fs'

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const plain = (text) => text.replaceAll('`', '').trim()

function described() {
  return read('docs/models.md')
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [name, ...rest] = part.split('\n')
      const text = rest.join('\n')
      const traits = (/^Family (.*)\.$/m.exec(text)?.[1] ?? '').split(' · ').map(plain)
      return {
        name: name.trim(),
        family: traits[0] ?? '',
        summary: plain(text.trim().split('\n\n')[0].replaceAll('\n', ' ')),
        source: plain(/^Source: ([^]*?)\.\n\n/m.exec(`${text}\n\n`)?.[1].replaceAll('\n', ' ') ?? ''),
        traits: traits.slice(1).filter((trait) => !trait.startsWith('also called')),
      }
    })
}

/* The best of a model's recipes by ndcg@10, of one data set and protocol. */
function measured(data, split) {
  const [head, ...lines] = read('tests/regression/results.csv').trim().split('\n')
  const keys = head.split(',')
  const recipes = new Map()
  for (const line of lines) {
    const row = Object.fromEntries(line.split(',').map((value, i) => [keys[i], value]))
    if (row.data !== data || row.split !== split) continue
    const recipe = recipes.get(row.recipe) ?? { model: row.model, fit: Number(row.fit_s), memory: Number(row.peak_mb), candidates: row.candidates }
    if (row.metric === 'ndcg@10') Object.assign(recipe, { ndcg: Number(row.value), low: Number(row.low), high: Number(row.high) })
    if (row.metric === 'hit_rate@10') recipe.hit = Number(row.value)
    recipes.set(row.recipe, recipe)
  }
  const best = {}
  for (const recipe of recipes.values())
    if (recipe.ndcg !== undefined && !(best[recipe.model]?.ndcg >= recipe.ndcg)) best[recipe.model] = recipe
  return best
}

const data = 'ml-1m-ncf'
const figures = measured(data, 'given')
const candidates = Object.values(figures)[0]?.candidates ?? ''
const models = described().map((model) => {
  const { fit, memory, ndcg, low, high, hit } = figures[model.name] ?? {}
  return { ...model, ...(ndcg === undefined ? {} : { figures: { fit, memory, ndcg, low, high, hit } }) }
})
writeFileSync(new URL('../src/guide.json', import.meta.url), `${JSON.stringify({ data, candidates, models }, null, 1)}\n`)
