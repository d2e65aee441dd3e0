/* poster.ts: what a film's drawn poster looks like: a motif by its genres, colours by the hue that the
 * service gives it (films for the same people have neighbouring ones), as dark or bright as its genre
 * is, and an arrangement by its id; so a film has the same poster everywhere. A film without a hue has
 * the colours of its genre. Drawn by parts/poster.tsx.
 *
 * Every palette's ink stands on its ground, and its ground's darkened foot, with a contrast of at
 * least 4.5 (tests/poster.test.ts). */
import { oklch } from './colour'

export interface Palette {
  ground: string
  shape: string
  accent: string
  ink: string
}

export interface PosterPlan {
  motif: string
  palette: Palette
  seed: number
}

/* The rarest genre says most about a film, so it draws the poster, mostly. */
const telling = [
  'Film-Noir', 'Western', 'Musical', 'Animation', 'Horror', 'Sci-Fi', 'War', 'Documentary', 'Fantasy',
  'Mystery', 'Children', "Children's", 'Crime', 'Thriller', 'Adventure', 'Action', 'Romance', 'Comedy',
  'Drama', 'IMAX',
]

const palettes: Record<string, Palette[]> = {
  'Film-Noir': [
    { ground: '#17171b', shape: '#3b3a40', accent: '#e8e2d0', ink: '#f4efe2' },
    { ground: '#22201f', shape: '#4a4440', accent: '#d9b36c', ink: '#f5ecd9' },
  ],
  Western: [
    { ground: '#e0a458', shape: '#a8482b', accent: '#f6e3b8', ink: '#2a130a' },
    { ground: '#f0cf96', shape: '#c0633a', accent: '#7d2f1e', ink: '#30140a' },
  ],
  Musical: [
    { ground: '#f4b6c2', shape: '#d64f7d', accent: '#fff1d6', ink: '#3b0d24' },
    { ground: '#f7d774', shape: '#e26a4a', accent: '#fff6dd', ink: '#3a1608' },
  ],
  Animation: [
    { ground: '#8fd3d6', shape: '#f2765a', accent: '#fff0b8', ink: '#0b2e33' },
    { ground: '#ffd166', shape: '#3fa7a0', accent: '#f6724e', ink: '#33210a' },
    { ground: '#b9d989', shape: '#3d8b72', accent: '#fdf0c4', ink: '#14290f' },
  ],
  Horror: [
    { ground: '#1a0f12', shape: '#8e1b25', accent: '#e4d8c8', ink: '#f6e9df' },
    { ground: '#2a0c10', shape: '#c1272d', accent: '#120608', ink: '#fbe6dc' },
    { ground: '#16191a', shape: '#4d5a4d', accent: '#c93a2b', ink: '#eef0e6' },
  ],
  'Sci-Fi': [
    { ground: '#101d3a', shape: '#2f6fb0', accent: '#f3c14b', ink: '#eaf2ff' },
    { ground: '#13262f', shape: '#2fa5a0', accent: '#f26b4c', ink: '#e6f8f6' },
    { ground: '#241a45', shape: '#7a55c7', accent: '#f7a9c4', ink: '#f1eaff' },
  ],
  War: [
    { ground: '#5a5f43', shape: '#3c4130', accent: '#d8c98f', ink: '#fdf8e3' },
    { ground: '#c9bd93', shape: '#7a7550', accent: '#a63a25', ink: '#23230f' },
  ],
  Documentary: [
    { ground: '#e9e6dc', shape: '#b9b4a4', accent: '#2b6777', ink: '#1b2428' },
    { ground: '#d6e0dd', shape: '#8fb0ab', accent: '#d1552f', ink: '#15292b' },
  ],
  Fantasy: [
    { ground: '#2c2350', shape: '#6b4fa3', accent: '#f2d479', ink: '#f5efff' },
    { ground: '#1f3d4c', shape: '#4d8f8b', accent: '#f5d9a0', ink: '#eefaf5' },
  ],
  Mystery: [
    { ground: '#20343b', shape: '#3f6a72', accent: '#efc765', ink: '#eef6f2' },
    { ground: '#322a3e', shape: '#62527a', accent: '#e6b89c', ink: '#f6effa' },
  ],
  Children: [
    { ground: '#ffd9a0', shape: '#f28c5b', accent: '#4fa3a5', ink: '#3a1d0a' },
    { ground: '#bfe3f2', shape: '#5aa6cf', accent: '#ffd255', ink: '#0c2c40' },
  ],
  Romance: [
    { ground: '#f3c9c0', shape: '#dd7b78', accent: '#a83a55', ink: '#3b1018' },
    { ground: '#e8d4e0', shape: '#c07fa6', accent: '#f4e9d7', ink: '#361129' },
    { ground: '#7c2440', shape: '#b0476a', accent: '#f2c6b4', ink: '#ffeee8' },
  ],
  Crime: [
    { ground: '#23262d', shape: '#4a515e', accent: '#e25a34', ink: '#f1f1ec' },
    { ground: '#d9d2c0', shape: '#8b8676', accent: '#9c2a1f', ink: '#1e1d19' },
  ],
  Thriller: [
    { ground: '#0f2a33', shape: '#1f5763', accent: '#f0a53a', ink: '#e9f4f2' },
    { ground: '#2b2432', shape: '#57446b', accent: '#ec5c54', ink: '#f5eff7' },
  ],
  Adventure: [
    { ground: '#f2d8a7', shape: '#5d8a66', accent: '#d9603b', ink: '#2a2410' },
    { ground: '#20504f', shape: '#3c8279', accent: '#f3c766', ink: '#f2f7e8' },
  ],
  Action: [
    { ground: '#f0b23e', shape: '#d9482b', accent: '#fff0c9', ink: '#2c1405' },
    { ground: '#1f2430', shape: '#d1432c', accent: '#f2b441', ink: '#f7f1e6' },
  ],
  Comedy: [
    { ground: '#ffd75e', shape: '#f39a3d', accent: '#fff5d6', ink: '#38230a' },
    { ground: '#f6a98b', shape: '#e2694b', accent: '#fdebc8', ink: '#3a140a' },
    { ground: '#a9d8c4', shape: '#4fa78c', accent: '#fff3c9', ink: '#0d2f25' },
  ],
  Drama: [
    { ground: '#dfe3ea', shape: '#9aa8bd', accent: '#33507a', ink: '#172033' },
    { ground: '#2c3a4f', shape: '#51678a', accent: '#e9c9a1', ink: '#f0f3f8' },
    { ground: '#e6dcd0', shape: '#b99c82', accent: '#7a3f31', ink: '#2b1b14' },
  ],
}
const unknown: Palette[] = [{ ground: '#d8d6d0', shape: '#a9a69c', accent: '#6a675d', ink: '#22211d' }]

/* How light a poster is and how strong its colours: [lightness, chroma, degrees from the film's hue] of
 * ground, shape, accent and ink. */
const tones = {
  night: [[0.21, 0.025, 0], [0.37, 0.05, 0], [0.87, 0.07, 40], [0.95, 0.015, 40]],
  dark: [[0.29, 0.065, 0], [0.5, 0.12, 12], [0.83, 0.13, 75], [0.96, 0.02, 30]],
  deep: [[0.38, 0.1, 0], [0.56, 0.14, -25], [0.88, 0.1, 80], [0.97, 0.02, 40]],
  bright: [[0.82, 0.125, 0], [0.64, 0.165, -35], [0.96, 0.05, 40], [0.25, 0.06, 0]],
  light: [[0.9, 0.055, 0], [0.72, 0.12, 15], [0.46, 0.13, 150], [0.25, 0.05, 0]],
  pale: [[0.91, 0.022, 0], [0.75, 0.05, 0], [0.47, 0.12, 170], [0.24, 0.03, 0]],
} as const satisfies Record<string, readonly (readonly [number, number, number])[]>
type Tone = keyof typeof tones

const tonesOf: Record<string, readonly Tone[]> = {
  'Film-Noir': ['night'],
  Western: ['bright', 'light'],
  Musical: ['bright', 'light', 'deep'],
  Animation: ['bright', 'light'],
  Horror: ['night', 'dark'],
  'Sci-Fi': ['dark', 'deep'],
  War: ['pale', 'dark'],
  Documentary: ['pale', 'light'],
  Fantasy: ['dark', 'deep'],
  Mystery: ['dark', 'night'],
  Children: ['light', 'bright'],
  Crime: ['dark', 'pale'],
  Thriller: ['dark', 'deep'],
  Adventure: ['light', 'deep'],
  Action: ['bright', 'dark'],
  Romance: ['light', 'deep'],
  Comedy: ['bright', 'light'],
  Drama: ['pale', 'dark', 'deep', 'light'],
}

/* How much a hue is one whose dark colours are mud: 1 at yellow, 0 at red and at green. There dark grounds
 * are nearly without colour, and the shapes on them are lighter. */
const mud = (hue: number) => Math.max(0, Math.cos(((hue - 88) * Math.PI) / 110))

const mixed = new Map<string, Palette>()

function mix(tone: Tone, hue: number): Palette {
  const key = `${tone} ${hue}`
  const known = mixed.get(key)
  if (known) return known
  const isDark = tones[tone][0][0] < 0.5
  const [ground, shape, accent, ink] = tones[tone].map(([lightness, chroma, turn], i) => {
    const much = isDark ? mud(hue + turn) : 0
    if (i === 0) return oklch(lightness - 0.06 * much, chroma * (1 - 0.7 * much), hue + turn)
    return oklch(lightness + (i === 1 ? 0.16 * much : 0), chroma, hue + turn)
  })
  const palette = { ground: ground!, shape: shape!, accent: accent!, ink: ink! }
  mixed.set(key, palette)
  return palette
}

/* A well-mixed 32-bit number from a text (FNV-1a, then a finish). */
export function seedOf(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  return (h ^ (h >>> 13)) >>> 0
}

/* Numbers from 0 to 1, the same for the same seed. */
export function numbersOf(seed: number): () => number {
  let state = seed || 1
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export function poster(id: string | number, genres: readonly string[], hue?: number): PosterPlan {
  const seed = seedOf(String(id))
  const known = telling.filter((genre) => genres.includes(genre))
  // Now and then the second one, so that a row of thrillers is not a row of spirals.
  const main = (seed % 5 < 2 && known.length > 1 ? known[1] : known[0]) ?? ''
  const motif = main === "Children's" ? 'Children' : main
  const one = <T,>(choice: readonly T[]): T => choice[(seed >>> 8) % choice.length]!
  const palette = hue === undefined ? one(palettes[motif] ?? unknown) : mix(one(tonesOf[motif] ?? ['pale']), hue)
  return { motif, palette, seed }
}

export const allPalettes = () => [
  ...Object.values(palettes).flat(),
  ...unknown,
  ...Object.keys(tones).flatMap((tone) => Array.from({ length: 360 }, (_, hue) => mix(tone as Tone, hue))),
]
export const tellingGenre = (genres: readonly string[]) => telling.find((genre) => genres.includes(genre)) ?? ''
