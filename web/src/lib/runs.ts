/* runs.ts: settings of runs beside each other. */

/* {"model": {"k": 3}} and {"model.k": 3} alike become [["model.k", "3"]]. */
export function flat(settings: Record<string, unknown>, before = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(settings)) {
    if (value && typeof value === 'object' && !Array.isArray(value)) for (const [k, v] of flat(value as Record<string, unknown>, `${before}${key}.`)) found.set(k, v)
    else found.set(before + key, Array.isArray(value) ? value.join(', ') : String(value))
  }
  return found
}

/* The keys in which they differ, each with its value in all of them. */
export function differences(all: readonly Map<string, string>[]): [string, string[]][] {
  const keys = [...new Set(all.flatMap((one) => [...one.keys()]))].sort()
  return keys.map((key): [string, string[]] => [key, all.map((one) => one.get(key) ?? '–')]).filter(([, values]) => new Set(values).size > 1)
}
