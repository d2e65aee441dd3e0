/* painter.ts: points as scatter.ts draws them, without a graphics card: discs written into the pixels
 * of the canvas, some ten writes each, which is faster than a graphics card that is only imitated.
 * 62,000 points take 4 to 8 ms. */
import { POINT_MOST, type Scatter, sizeOnScreen, type View } from './scatter'

const RATIO_MOST = 2 // of a screen's own pixels to the page's
const STEPS = 2 // diameters for each pixel
const SAMPLES = 4 // of a pixel's side, for the rim of a disc
const FULL = 256
const MARGIN = (POINT_MOST * RATIO_MOST) / 2 + 1 // around the picture, so that a disc at the edge is no special case

/* The pixels of a disc: whole ones first, then the rim with how much of each is covered. */
interface Disc {
  jump: Int32Array // from the middle
  cover: Uint16Array // of FULL
  whole: number
}

function coverOf(x: number, y: number, radius: number): number {
  let inside = 0
  for (let a = 0; a < SAMPLES; a++)
    for (let b = 0; b < SAMPLES; b++) {
      const [dx, dy] = [x + (a + 0.5) / SAMPLES - 0.5, y + (b + 0.5) / SAMPLES - 0.5]
      if (dx * dx + dy * dy <= radius * radius) inside++
    }
  return Math.round((FULL * inside) / (SAMPLES * SAMPLES))
}

/* stride: of the picture's rows. */
export function disc(diameter: number, stride: number): Disc {
  const reach = Math.ceil(diameter / 2)
  const pixels: [number, number][] = []
  for (let y = -reach; y <= reach; y++)
    for (let x = -reach; x <= reach; x++) {
      const cover = coverOf(x, y, diameter / 2)
      if (cover > 0) pixels.push([y * stride + x, cover])
    }
  pixels.sort((a, b) => b[1] - a[1])
  return {
    jump: Int32Array.from(pixels, ([jump]) => jump),
    cover: Uint16Array.from(pixels, ([, cover]) => cover),
    whole: pixels.filter(([, cover]) => cover === FULL).length,
  }
}

/* Two colours of 8 bits a channel, the upper one as much as `much` of 256 says. */
const blend = (under: number, over: number, much: number) =>
  (((((under & 0xff00ff) * (FULL - much) + (over & 0xff00ff) * much) >>> 8) & 0xff00ff) | ((((under & 0xff00) * (FULL - much) + (over & 0xff00) * much) >>> 8) & 0xff00) | 0xff000000) >>> 0

function ground(canvas: HTMLCanvasElement): number {
  const parts = getComputedStyle(canvas.parentElement ?? canvas).backgroundColor.match(/[\d.]+/g) ?? []
  const [red, green, blue] = parts.map(Number)
  return (0xff000000 | ((blue ?? 255) << 16) | ((green ?? 255) << 8) | (red ?? 255)) >>> 0
}

export function painter(canvas: HTMLCanvasElement, places: Float32Array): Scatter | null {
  const pen = canvas.getContext('2d', { alpha: false })
  if (!pen) return null
  const discs: Disc[] = [] // by diameter, in steps; made when they are first needed
  let stride = 1
  let image = new ImageData(1, 1)
  let pixels = new Uint32Array(image.data.buffer)
  let colours = new Uint32Array(places.length / 2)
  let sizes: Float32Array = new Float32Array(places.length / 2)
  let behind = ground(canvas)
  let home = 0

  const resize = (width: number, height: number) => {
    canvas.width = width
    canvas.height = height
    stride = width + 2 * MARGIN
    discs.length = 0
    image = new ImageData(stride, height + 2 * MARGIN)
    pixels = new Uint32Array(image.data.buffer)
  }

  const discOf = (size: number): Disc => (discs[size] ??= disc(size / STEPS, stride))

  const stamp = (at: number, colour: number, one: Disc) => {
    const { jump, cover, whole } = one
    const much = colour >>> 24
    const opaque = (colour | 0xff000000) >>> 0
    let k = 0
    if (much === 255) for (; k < whole; k++) pixels[at + jump[k]!] = opaque
    for (; k < jump.length; k++) {
      const place = at + jump[k]!
      pixels[place] = blend(pixels[place]!, opaque, (cover[k]! * (much + 1)) >> 8)
    }
  }

  return {
    colour(next, nextSizes) {
      colours = new Uint32Array(next.buffer)
      sizes = nextSizes
      behind = ground(canvas)
    },
    draw(view: View) {
      const ratio = Math.min(devicePixelRatio || 1, RATIO_MOST)
      const width = Math.round(canvas.clientWidth * ratio)
      const height = Math.round(canvas.clientHeight * ratio)
      if (!width || !height) return
      if (canvas.width !== width || canvas.height !== height || image.width === 1) resize(width, height)
      home ||= view.scale
      pixels.fill(behind)
      const scale = view.scale * ratio
      const [left, top] = [width / 2 - view.x * scale, height / 2 + view.y * scale]
      const steps = ratio * STEPS
      for (let i = 0; i < sizes.length; i++) {
        const x = Math.round(left + places[2 * i]! * scale)
        const y = Math.round(top - places[2 * i + 1]! * scale)
        if (x < 0 || y < 0 || x >= width || y >= height) continue
        const size = Math.round(sizeOnScreen(sizes[i]!, view.scale / home) * steps)
        stamp((y + MARGIN) * stride + x + MARGIN, colours[i]!, discOf(size))
      }
      pen.putImageData(image, -MARGIN, -MARGIN)
    },
    release() {},
  }
}
