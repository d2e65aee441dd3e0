/* api.ts: how the page asks the service. One function for all routes; what went wrong comes as a
 * Problem, whose text is the service's own sentence. */
export type Id = number | string

export interface Film {
  item_id: Id
  title: string
  genres: string[]
  year?: number
  hue?: number // of its colour: 0 to 359
  tmdb_id?: string
  score?: number
  why?: string
  reasons?: { item_id: Id; title: string; share: number }[]
  parts?: Record<string, number>
  overview?: string
}

export interface Recommendations {
  user_id: Id | null
  model: string
  basis: string
  tier?: string
  recommendations: Film[]
  intent?: Intent
  encoder?: string
  candidates?: number
  next?: string | null
  notice?: string
}

export interface Chip {
  kind: string
  label: string
  words: string
  id?: string
}

export interface Intent {
  text: string
  chips: Chip[]
  mood: string | null
  sure: boolean
  moods: Record<string, number>
  strongest: string[]
  genre_weights: Record<string, number>
  alphas: Record<string, number>
  removed?: Chip[]
}

export interface Models {
  models: string[]
  default: string | null
  details: Record<string, ModelDetails>
}

export interface ModelDetails {
  model: string
  family: string
  summary: string
  data: string
  settings: Record<string, unknown>
  metrics: Record<string, number>
  measured_by: Record<string, string>
}

export class Problem extends Error {
  constructor(
    text: string,
    readonly status: number, // 0: no answer came
  ) {
    super(text)
  }
  get isOffline() {
    return this.status === 0
  }
}

export type Params = Record<string, unknown>

/* Lists repeat their key; what is undefined, null or '' is left out. */
export function query(params: Params): string {
  const pairs = new URLSearchParams()
  for (const [key, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null && one !== '') pairs.append(key, String(one))
  }
  const text = pairs.toString()
  return text ? `?${text}` : ''
}

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'
  params?: Params
  body?: unknown
  signal?: AbortSignal
}

function reason(answer: unknown, status: number): string {
  if (answer && typeof answer === 'object') {
    const { error, detail } = answer as { error?: unknown; detail?: unknown }
    if (typeof error === 'string') return error
    if (typeof detail === 'string') return detail
  }
  return `the service answered ${status}`
}

const key = () => sessionStorage.getItem('matinee.key')

export async function ask<T>(path: string, { method, params, body, signal }: Ask = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  const bearer = key()
  if (bearer) headers['Authorization'] = `Bearer ${bearer}`
  let response: Response
  try {
    response = await fetch(path + query(params ?? {}), {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new Problem('the service does not answer', 0)
  }
  const text = await response.text()
  let answer: unknown = null
  try {
    answer = text ? JSON.parse(text) : null
  } catch {
    answer = text
  }
  if (!response.ok) throw new Problem(reason(answer, response.status), response.status)
  return answer as T
}
