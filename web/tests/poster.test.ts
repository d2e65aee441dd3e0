import { expect, test } from 'vitest'
import { allPalettes, numbersOf, poster, seedOf } from '../src/lib/poster'

function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
  const [r, g, b] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high! + 0.05) / (low! + 0.05)
}

test('titles are legible on every palette', () => {
  for (const palette of allPalettes()) expect(contrast(palette.ink, palette.ground), palette.ground).toBeGreaterThan(4.5)
})

test('a film has the same poster everywhere, whatever the order of its genres', () => {
  expect(poster(1, ['Drama', 'Horror'])).toEqual(poster('1', ['Horror', 'Drama']))
  expect(poster('x', []).motif).toBe('')
})

test('palettes and motifs vary within what the genres allow', () => {
  const motifs = new Set<string>()
  const grounds = new Set<string>()
  for (let id = 0; id < 400; id++) {
    const plan = poster(id, id % 2 ? ['Comedy'] : ['Drama', 'Thriller'])
    motifs.add(plan.motif)
    grounds.add(plan.palette.ground)
  }
  expect([...motifs].sort()).toEqual(['Comedy', 'Drama', 'Thriller'])
  expect(grounds.size).toBe(8)
})

test('a hue makes the colours, the genre how dark they are', () => {
  const [near, same, far] = [100, 100, 280].map((hue) => poster(7, ['Comedy'], hue).palette)
  expect(near).toEqual(same)
  expect(near!.ground).not.toBe(far!.ground)
  expect(luminance(near!.ground)).toBeGreaterThan(luminance(poster(7, ['Horror'], 100).palette.ground))
})

test('numbers are in range and repeatable', () => {
  const a = numbersOf(seedOf('a'))
  const b = numbersOf(seedOf('a'))
  for (let i = 0; i < 1000; i++) {
    const x = a()
    expect(x).toBe(b())
    expect(x >= 0 && x < 1).toBe(true)
  }
})
