/* colour.ts: colours by lightness, strength and hue as eyes see them (OKLCH; Ottosson 2020), in the
 * form that style sheets read. */
const channels = (l: number, c: number, h: number): number[] => {
  const [a, b] = [c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)]
  const x = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const y = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const z = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ]
}

const hex = (linear: number) => {
  const seen = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
  return Math.round(255 * Math.min(Math.max(seen, 0), 1))
    .toString(16)
    .padStart(2, '0')
}

/* #rrggbb; where a screen has no colour so strong, a weaker one of the same lightness and hue. */
export function oklch(lightness: number, chroma: number, hue: number): string {
  let strength = chroma
  let parts = channels(lightness, strength, hue)
  while (strength > 0.005 && parts.some((part) => part < -0.001 || part > 1.001)) {
    strength *= 0.93
    parts = channels(lightness, strength, hue)
  }
  return `#${parts.map(hex).join('')}`
}
