import { expect, test } from 'vitest'
import { latencies, samples, total } from '../src/lib/metrics'

const text = `# HELP matinee_requests_total Requests.
# TYPE matinee_requests_total counter
matinee_requests_total{route="/api/recommend",status="200"} 30
matinee_requests_total{route="/genres",status="200"} 2
matinee_request_seconds_bucket{route="/genres",le="0.001"} 2
matinee_request_seconds_sum{route="/genres"} 0.004
matinee_request_seconds_count{route="/genres"} 2
matinee_request_seconds_sum{route="/a\\"b"} 1
matinee_request_seconds_count{route="/a\\"b"} 4
matinee_memory_bytes 1.5e7
matinee_model_age NaN
nonsense
`

test('samples, sums and mean times', () => {
  const all = samples(text)
  expect(total(all, 'requests')).toBe(32)
  expect(all.find((one) => one.name === 'matinee_memory_bytes')?.value).toBe(1.5e7)
  expect(latencies(all)).toEqual([
    { name: '/a"b', milliseconds: 250, count: 4 },
    { name: '/genres', milliseconds: 2, count: 2 },
  ])
  expect(samples('')).toEqual([])
})
