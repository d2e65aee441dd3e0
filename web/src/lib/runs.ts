/* runs.ts: settings of runs beside each other, and reading what comes while one happens. */

/* Lines "key: value", as a run's settings are stored. */
export function settingsOf(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of text.split('\n')) {
    const parts = /^([\w.@-]+):\s*(.*)$/.exec(line)
    if (parts) found.set(parts[1]!, parts[2]!)
  }
  return found
}

/* A name that no served model has: the model's own, "-2" and so on behind it. */
export function freeName(model: string, taken: readonly string[]): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? model : `${model}-${n}`
    if (!taken.includes(name)) return name
  }
}

/* The keys in which they differ, each with its value in all of them. */
export function differences(all: readonly Map<string, string>[]): [string, string[]][] {
  const keys = [...new Set(all.flatMap((one) => [...one.keys()]))].sort()
  return keys.map((key): [string, string[]] => [key, all.map((one) => one.get(key) ?? '–')]).filter(([, values]) => new Set(values).size > 1)
}

/* "a.b=3 c=true d=[1,2] e=text" as an object: what is JSON is taken as that, the rest is text. */
export function readSettings(text: string): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const pair of text.split(/\s+/).filter(Boolean)) {
    const [key, value] = pair.split(/=(.*)/s)
    if (!key) continue
    try {
      found[key] = JSON.parse(value ?? '')
    } catch {
      found[key] = value ?? ''
    }
  }
  return found
}

export interface ServerEvent {
  kind: string
  data: unknown
}

/* Server-sent events as far as they are whole; `rest` begins the next piece. */
export function readEvents(text: string): { events: ServerEvent[]; rest: string } {
  const parts = text.replaceAll('\r\n', '\n').split('\n\n')
  const rest = parts.pop() ?? ''
  const events: ServerEvent[] = []
  for (const part of parts) {
    const data = [...part.matchAll(/^data: ?(.*)$/gm)].map((found) => found[1]).join('\n')
    if (!data) continue
    try {
      events.push({ kind: /^event: ?(.*)$/m.exec(part)?.[1] ?? 'message', data: JSON.parse(data) })
    } catch {
      // Not one of ours.
    }
  }
  return { events, rest }
}
