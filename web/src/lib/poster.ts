/* poster.ts: what a film's drawn poster looks like: a motif, three colours and an arrangement, all
 * from its genres and id, so that a film has the same poster everywhere. Drawn by parts/poster.tsx.
 *
 * Every palette's ink stands on its ground, and its ground's darkened foot, with a contrast of at
 * least 4.5 (tests/poster.test.ts). */
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

export function poster(id: string | number, genres: readonly string[]): PosterPlan {
  const seed = seedOf(String(id))
  const known = telling.filter((genre) => genres.includes(genre))
  // Now and then the second one, so that a row of thrillers is not a row of spirals.
  const main = (seed % 5 < 2 && known.length > 1 ? known[1] : known[0]) ?? ''
  const motif = main === "Children's" ? 'Children' : main
  const choice = palettes[motif] ?? unknown
  return { motif, palette: choice[(seed >>> 8) % choice.length]!, seed }
}

/* The one colour of a film, of a genre: points on the map, lines in charts. */
export function genreColour(genre: string): string {
  const palette = (palettes[genre === "Children's" ? 'Children' : genre] ?? unknown)[0]!
  return palette.shape
}

export const allPalettes = () => [...Object.values(palettes).flat(), ...unknown]
export const tellingGenre = (genres: readonly string[]) => telling.find((genre) => genres.includes(genre)) ?? ''
