/* metrics.ts: reads the text form of Prometheus, which /metrics answers with. */
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

export function samples(text: string): Sample[] {
  const found: Sample[] = []
  for (const line of text.split('\n')) {
    const parts = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line)
    if (!parts) continue
    const labels: Record<string, string> = {}
    for (const pair of (parts[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) labels[pair[1]!] = pair[2]!.replace(/\\(.)/g, '$1')
    const value = Number(parts[3])
    if (!Number.isNaN(value)) found.push({ name: parts[1]!, labels, value })
  }
  return found
}

/* The sum of a counter over all of its labels; `what` is a part of its name ("requests"). */
export function total(all: readonly Sample[], what: string): number {
  return all.filter((one) => one.name.endsWith(`${what}_total`) || one.name.endsWith(what)).reduce((sum, one) => sum + one.value, 0)
}

/* The mean time of each route that was asked, the busiest first, from a histogram's sum and count. */
export function latencies(all: readonly Sample[], most = 10): { name: string; milliseconds: number; count: number }[] {
  const routes = new Map<string, { seconds: number; count: number }>()
  for (const { name, labels, value } of all) {
    const route = labels.route ?? labels.path
    if (!route || !/(duration|latency|seconds)/.test(name)) continue
    const one = routes.get(route) ?? { seconds: 0, count: 0 }
    if (name.endsWith('_sum')) one.seconds += value
    else if (name.endsWith('_count')) one.count += value
    routes.set(route, one)
  }
  return [...routes]
    .filter(([, one]) => one.count > 0)
    .sort((a, b) => b[1].count - a[1].count)
    .slice(0, most)
    .map(([name, one]) => ({ name, milliseconds: (1000 * one.seconds) / one.count, count: one.count }))
}
