import { expect, test } from 'vitest'
import { fit, Grid, toPoint, toScreen, zoomed } from '../src/lib/scatter'
import { numbersOf } from '../src/lib/poster'
import { slice } from '../src/parts/virtual'

const random = numbersOf(7)
const count = 5000
const xs = Float32Array.from({ length: count }, () => random() * 40 - 7)
const ys = Float32Array.from({ length: count }, () => random() * 10 + 3)

test('all points are in the first view', () => {
  const view = fit(xs, ys, 800, 600)
  for (let i = 0; i < count; i++) {
    const [x, y] = toScreen(view, 800, 600, xs[i]!, ys[i]!)
    expect(x >= 0 && x <= 800 && y >= 0 && y <= 600).toBe(true)
  }
  expect(fit([], [], 10, 10)).toEqual({ x: 0, y: 0, scale: 1 })
})

test('there and back, and what is under the pointer stays', () => {
  const view = { x: 2, y: -1, scale: 30 }
  const [px, py] = toScreen(view, 800, 600, 5, 7)
  expect(toPoint(view, 800, 600, px, py)).toEqual([5, 7])
  const near = zoomed(view, 800, 600, 123, 456, 1.7)
  const before = toPoint(view, 800, 600, 123, 456)
  const after = toPoint(near, 800, 600, 123, 456)
  expect(after[0]).toBeCloseTo(before[0], 9)
  expect(after[1]).toBeCloseTo(before[1], 9)
})

test('the grid finds what a walk over all points finds', () => {
  const grid = new Grid(xs, ys)
  for (let k = 0; k < 50; k++) {
    const box = { left: random() * 40 - 9, bottom: random() * 12, right: 0, top: 0 }
    box.right = box.left + random() * 9
    box.top = box.bottom + random() * 9
    const slow = Array.from(xs.keys()).filter((i) => xs[i]! >= box.left && xs[i]! <= box.right && ys[i]! >= box.bottom && ys[i]! <= box.top)
    expect(grid.within(box).sort((a, b) => a - b)).toEqual(slow)
  }
  for (let k = 0; k < 50; k++) {
    const [x, y] = [random() * 40 - 7, random() * 10 + 3]
    let best = -1
    for (let i = 0; i < count; i++) if (best < 0 || Math.hypot(xs[i]! - x, ys[i]! - y) < Math.hypot(xs[best]! - x, ys[best]! - y)) best = i
    expect(grid.nearest(x, y, 50)).toBe(best)
  }
  expect(grid.nearest(-500, 0, 1)).toBe(-1)
})

test('of a long list only what is near the window is drawn', () => {
  expect(slice(1000, 1000, 190, 10, 400, 0, 900)).toEqual({ first: 0, last: 25, columns: 5, rows: 200 })
  const middle = slice(1000, 1000, 190, 10, 400, 40000, 900)
  expect(middle.first).toBe(490)
  expect(middle.last - middle.first).toBeLessThanOrEqual(40)
  expect(slice(1000, 1000, 190, 10, 400, 1e9, 900).last).toBe(1000)
  expect(slice(0, 1000, 190, 10, 400, 0, 900)).toEqual({ first: 0, last: 0, columns: 5, rows: 0 })
  expect(slice(3, 0, 190, 10, 400, 0, 900).columns).toBe(1)
})
