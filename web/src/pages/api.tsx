/* api.tsx: the routes of this server, from its own /openapi.json, each with a form to try it. */
import { type FormEvent, useId, useMemo, useState } from 'react'
import { type OpenApi, type Operation, type Parameter, type Schema, useOpenApi } from '../lib/offers'
import { t } from '../lib/texts'
import { Absent } from '../parts/states'

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const
const SHOWN_MAX = 20000

interface Route {
  method: string
  path: string
  operation: Operation
}

function routesOf(document: OpenApi): Route[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, operations]) =>
    methods.filter((method) => operations[method]).map((method) => ({ method, path, operation: operations[method]! })),
  )
}

/* Pages and their files answer documents; everything else is the API. */
const isPage = (route: Route) => !Object.keys(route.operation.responses?.['200']?.content ?? {}).some((type) => /json|event-stream|text\/plain/.test(type))

function kind(schema: Schema | undefined): string {
  if (!schema) return ''
  if (schema.$ref) return schema.$ref.split('/').pop()!
  if (schema.enum) return schema.enum.map(String).join(' | ')
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? '')
  return type === 'array' ? `[${kind(schema.items)}]` : type
}

function bounds({ minimum, maximum }: Schema): string {
  if (minimum !== undefined && maximum !== undefined) return `${minimum} … ${maximum}`
  return minimum !== undefined ? `≥ ${minimum}` : maximum !== undefined ? `≤ ${maximum}` : ''
}

interface Answer {
  status: number
  milliseconds: number
  type: string
  text: string
}

async function send(route: Route, values: Record<string, string>, body: string): Promise<Answer> {
  const query = new URLSearchParams()
  let path = route.path
  for (const parameter of route.operation.parameters ?? []) {
    const value = values[parameter.name] ?? ''
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, encodeURIComponent(value))
    else if (value !== '') for (const one of parameter.schema?.type === 'array' ? value.split(',') : [value]) query.append(parameter.name, one.trim())
  }
  const started = performance.now()
  const hasBody = route.operation.requestBody !== undefined && body.trim() !== ''
  const response = await fetch(query.size ? `${path}?${query}` : path, {
    method: route.method.toUpperCase(),
    headers: hasBody ? { 'Content-Type': 'application/json', Accept: 'application/json' } : { Accept: 'application/json' },
    body: hasBody ? body : undefined,
  })
  const text = await response.text()
  const type = response.headers.get('Content-Type') ?? ''
  const milliseconds = performance.now() - started
  let shown = text
  try {
    if (/json/.test(type)) shown = JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    // Not JSON after all: as it came.
  }
  return { status: response.status, milliseconds, type, text: shown.length > SHOWN_MAX ? `${shown.slice(0, SHOWN_MAX)}\n…` : shown }
}

const examples: Record<string, string> = { id: '1', user_id: '1', item_id: '1', q: 'a dark thriller', genre: 'Comedy', name: '' }

function Field({ parameter, value, onChange }: { parameter: Parameter; value: string; onChange: (value: string) => void }) {
  const id = useId()
  const schema = parameter.schema ?? {}
  return (
    <tr>
      <th scope="row">
        <label htmlFor={id}>
          <code>{parameter.name}</code>
          {parameter.required && <abbr title={t.api.required}> *</abbr>}
        </label>
      </th>
      <td>
        <input id={id} className="input" value={value} placeholder={schema.default === undefined ? '' : String(schema.default)} onChange={(event) => onChange(event.target.value)} />
      </td>
      <td className="soft">
        {[kind(schema), bounds(schema)].filter(Boolean).join(', ')}
        {parameter.description && <span className="help">{parameter.description}</span>}
      </td>
    </tr>
  )
}

function bodyExample(operation: Operation): string {
  const content = operation.requestBody?.content?.['application/json']
  if (content?.example !== undefined) return JSON.stringify(content.example, null, 2)
  const known = content?.schema?.properties ?? {}
  const first: Record<string, unknown> = {}
  if ('user_id' in known) first.user_id = 1
  if ('user_ids' in known) first.user_ids = [1, 2]
  if ('q' in known) first.q = examples.q
  if ('item_id' in known) first.item_id = 1
  if ('rating' in known) first.rating = 4
  if ('top_k' in known) first.top_k = 3
  return JSON.stringify(first, null, 2)
}

function Body({ operation, value, onChange }: { operation: Operation; value: string; onChange: (value: string) => void }) {
  const schema = operation.requestBody?.content?.['application/json']?.schema
  return (
    <div className="body-field">
      <label className="field">
        <span>{t.api.body}</span>
        <textarea rows={6} value={value} spellCheck={false} onChange={(event) => onChange(event.target.value)} />
      </label>
      {schema?.properties && (
        <dl className="members">
          {Object.entries(schema.properties).map(([name, member]) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
                {schema.required?.includes(name) && ' *'}
              </dt>
              <dd>{[kind(member), bounds(member), member.description].filter(Boolean).join(' · ')}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}

function Try({ route }: { route: Route }) {
  const parameters = route.operation.parameters ?? []
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(parameters.filter((p) => p.required || p.in === 'path').map((p) => [p.name, examples[p.name] ?? ''])),
  )
  const [body, setBody] = useState(() => bodyExample(route.operation))
  const [answer, setAnswer] = useState<Answer | string | null>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send(route, values, body).then(setAnswer, (cause: unknown) => setAnswer(String(cause)))
  }
  return (
    <form className="try" onSubmit={submit}>
      {parameters.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="region" aria-label={t.api.parameters}>
          <table>
            <tbody>
              {parameters.map((parameter) => (
                <Field key={parameter.name} parameter={parameter} value={values[parameter.name] ?? ''} onChange={(value) => setValues({ ...values, [parameter.name]: value })} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {route.operation.requestBody && <Body operation={route.operation} value={body} onChange={setBody} />}
      <button className="button" type="submit">
        {t.api.send}
      </button>
      <div role="status">
        {typeof answer === 'string' && <p className="why">{answer}</p>}
        {answer !== null && typeof answer !== 'string' && (
          <figure className="answer">
            <figcaption>
              <strong>{answer.status}</strong> {answer.type} · {t.api.took(answer.milliseconds)}
            </figcaption>
            <pre tabIndex={0}>{answer.text}</pre>
          </figure>
        )}
      </div>
    </form>
  )
}

function RouteRow({ route }: { route: Route }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span className={`method is-${route.method}`}>{route.method.toUpperCase()}</span>
          <code>{route.path}</code>
          <span className="soft">{route.operation.summary}</span>
        </summary>
        {isOpen && <Try route={route} />}
      </details>
    </li>
  )
}

export default function ApiPage() {
  const document = useOpenApi()
  const [text, setText] = useState('')
  const routes = useMemo(() => (document ? routesOf(document).filter((route) => !isPage(route)) : []), [document])
  const shown = routes.filter((route) => `${route.method} ${route.path} ${route.operation.summary}`.toLowerCase().includes(text.toLowerCase()))
  return (
    <main id="content" className="page">
      <header className="page-head">
        <h1>{t.api.title}</h1>
        <p className="lead">
          {t.api.lead} <a href="/openapi.json">/openapi.json</a>
        </p>
        <label className="field narrow">
          <span>{t.api.search}</span>
          <input value={text} onChange={(event) => setText(event.target.value)} />
        </label>
      </header>
      {document === null ? (
        <Absent route="/openapi.json" />
      ) : (
        <ul className="routes" aria-busy={document === undefined}>
          {shown.map((route) => (
            <RouteRow key={`${route.method} ${route.path}`} route={route} />
          ))}
        </ul>
      )}
    </main>
  )
}
