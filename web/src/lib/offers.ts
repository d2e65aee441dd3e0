/* offers.ts: which routes this server has, by its own /openapi.json. A server without that document
 * is asked and its 404 believed. */
import { useSyncExternalStore } from 'react'
import { ask, Problem } from './api'

export interface OpenApi {
  info?: { title?: string; version?: string; description?: string }
  paths?: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema>; parameters?: Record<string, Parameter> }
}
export interface Operation {
  summary?: string
  description?: string
  tags?: string[]
  parameters?: (Parameter & { $ref?: string })[]
  requestBody?: { content?: Record<string, { schema?: Schema; example?: unknown }> }
  responses?: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>
  security?: unknown[]
}
export interface Parameter {
  name: string
  in: string
  required?: boolean
  description?: string
  schema?: Schema
  example?: unknown
}
export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  default?: unknown
  example?: unknown
  examples?: unknown[]
  description?: string
  minimum?: number
  maximum?: number
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  oneOf?: Schema[]
  anyOf?: Schema[]
}

let document: OpenApi | null | undefined
let asked: Promise<OpenApi | null> | undefined
const listeners = new Set<() => void>()

/* Asks once; a server that did not answer at all is asked again by the next who wants to know. */
function fetchDocument(): Promise<OpenApi | null> {
  asked ??= ask<OpenApi>('/openapi.json').then(
    (found) => finish(found && typeof found === 'object' && found.paths ? found : null),
    (cause: unknown) => {
      if (!(cause instanceof Problem) || !cause.isOffline) return finish(null)
      asked = undefined
      throw cause
    },
  )
  return asked
}

function finish(found: OpenApi | null) {
  document = found
  listeners.forEach((listener) => listener())
  return found
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  fetchDocument().catch(() => finish(null))
  return () => listeners.delete(listener)
}

/* undefined: not known yet; null: the server has none. */
export const useOpenApi = () => useSyncExternalStore(subscribe, () => document)

export function offers(found: OpenApi | null | undefined, method: string, path: string): boolean | undefined {
  if (!found) return undefined
  const shape = (text: string) => text.replace(/\{[^}]*\}/g, '{}')
  const wanted = shape(path)
  return Object.entries(found.paths ?? {}).some(
    ([known, operations]) => shape(known) === wanted && method.toLowerCase() in operations,
  )
}

/* false: surely not offered; undefined: one has to try. */
export const useOffers = (method: string, path: string) => offers(useOpenApi(), method, path)

/* Whether a route takes a parameter, in its query or its body. */
export function takes(found: OpenApi | null | undefined, method: string, path: string, name: string): boolean {
  const operation = found?.paths?.[path]?.[method.toLowerCase()]
  const body = operation?.requestBody?.content?.['application/json']?.schema?.properties ?? {}
  return name in body || (operation?.parameters ?? []).some((parameter) => parameter.name === name)
}

export const useTakes = (method: string, path: string, name: string) => takes(useOpenApi(), method, path, name)

/* For those who are no component. Throws if the server does not answer. */
export async function isOffered(method: string, path: string): Promise<boolean> {
  return offers(await fetchDocument(), method, path) !== false
}
