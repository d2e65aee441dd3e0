/* scatter.ts: points in two dimensions, tens of thousands of them, drawn by WebGL in one call and
 * found again by a grid. Positions go to the graphics card once; panning and zooming change three
 * numbers. Where there is no graphics card, painter.ts draws the same. Knows nothing of films. */
export interface View {
  x: number // the middle, in the points' own units
  y: number
  scale: number // pixels for one unit
}

export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/* The view in which all points are seen, with a margin. */
export function fit(xs: ArrayLike<number>, ys: ArrayLike<number>, width: number, height: number): View {
  let left = Infinity
  let right = -Infinity
  let bottom = Infinity
  let top = -Infinity
  for (let i = 0; i < xs.length; i++) {
    left = Math.min(left, xs[i]!)
    right = Math.max(right, xs[i]!)
    bottom = Math.min(bottom, ys[i]!)
    top = Math.max(top, ys[i]!)
  }
  if (!(right >= left)) return { x: 0, y: 0, scale: 1 }
  const scale = 0.92 * Math.min(width / Math.max(right - left, 1e-6), height / Math.max(top - bottom, 1e-6))
  return { x: (left + right) / 2, y: (bottom + top) / 2, scale }
}

/* The same for all but the outermost points: a few strays do not make the rest small. */
export function fitMost(xs: ArrayLike<number>, ys: ArrayLike<number>, width: number, height: number): View {
  const most = (values: ArrayLike<number>) => {
    const sorted = Float64Array.from(values).sort()
    const cut = Math.floor(sorted.length / 200)
    return [sorted[cut] ?? 0, sorted[sorted.length - 1 - cut] ?? 0]
  }
  return fit(most(xs), most(ys), width, height)
}

export const toScreen = (view: View, width: number, height: number, x: number, y: number): [number, number] => [
  width / 2 + (x - view.x) * view.scale,
  height / 2 - (y - view.y) * view.scale,
]

export const toPoint = (view: View, width: number, height: number, px: number, py: number): [number, number] => [
  view.x + (px - width / 2) / view.scale,
  view.y - (py - height / 2) / view.scale,
]

/* Zooms so that what is under (px, py) stays there. */
export function zoomed(view: View, width: number, height: number, px: number, py: number, factor: number): View {
  const [x, y] = toPoint(view, width, height, px, py)
  const scale = view.scale * factor
  return { scale, x: x - (px - width / 2) / scale, y: y + (py - height / 2) / scale }
}

/* Points by cells of a square grid. */
export class Grid {
  private readonly side: number
  private readonly left: number
  private readonly bottom: number
  private readonly size: number
  private readonly starts: Uint32Array
  private readonly order: Uint32Array

  constructor(
    private readonly xs: Float32Array,
    private readonly ys: Float32Array,
  ) {
    const count = xs.length
    const all = fit(xs, ys, 1, 1)
    const width = 0.92 / all.scale
    this.side = Math.max(1, Math.ceil(Math.sqrt(count / 4)))
    this.size = width / this.side || 1
    this.left = all.x - width / 2
    this.bottom = all.y - width / 2
    this.starts = new Uint32Array(this.side * this.side + 1)
    this.order = new Uint32Array(count)
    const cells = new Uint32Array(count)
    for (let i = 0; i < count; i++) {
      cells[i] = this.cell(xs[i]!, ys[i]!)
      this.starts[cells[i]! + 1]!++
    }
    for (let c = 0; c < this.side * this.side; c++) this.starts[c + 1]! += this.starts[c]!
    const next = this.starts.slice()
    for (let i = 0; i < count; i++) this.order[next[cells[i]!]!++] = i
  }

  private column = (x: number) => Math.min(this.side - 1, Math.max(0, Math.floor((x - this.left) / this.size)))
  private row = (y: number) => Math.min(this.side - 1, Math.max(0, Math.floor((y - this.bottom) / this.size)))
  private cell = (x: number, y: number) => this.row(y) * this.side + this.column(x)

  within({ left, right, bottom, top }: Box, keep: (i: number) => boolean = () => true): number[] {
    const found: number[] = []
    for (let r = this.row(bottom); r <= this.row(top); r++)
      for (let c = this.column(left); c <= this.column(right); c++)
        for (let k = this.starts[r * this.side + c]!; k < this.starts[r * this.side + c + 1]!; k++) {
          const i = this.order[k]!
          const x = this.xs[i]!
          const y = this.ys[i]!
          if (x >= left && x <= right && y >= bottom && y <= top && keep(i)) found.push(i)
        }
    return found
  }

  /* The nearest point within `reach`, or -1. */
  nearest(x: number, y: number, reach: number, keep: (i: number) => boolean = () => true): number {
    let best = -1
    let least = reach * reach
    for (const i of this.within({ left: x - reach, right: x + reach, bottom: y - reach, top: y + reach }, keep)) {
      const distance = (this.xs[i]! - x) ** 2 + (this.ys[i]! - y) ** 2
      if (distance <= least) {
        least = distance
        best = i
      }
    }
    return best
  }
}

export const POINT_LEAST = 1.5 // pixels across
export const POINT_MOST = 24

/* Points grow more slowly than what lies between them. ratio: to the scale where all are seen. */
const growth = (ratio: number) => Math.min(3, Math.max(0.7, Math.sqrt(ratio)))
export const sizeOnScreen = (size: number, ratio: number) => Math.min(POINT_MOST, Math.max(POINT_LEAST, size * growth(ratio)))

const vertexSource = `
attribute vec2 place; attribute vec4 colour; attribute float size;
uniform vec2 middle, scale; uniform float zoom, ratio;
varying vec4 shade;
void main() {
  gl_Position = vec4((place - middle) * scale, 0.0, 1.0);
  gl_PointSize = ratio * clamp(size * zoom, ${POINT_LEAST.toFixed(1)}, ${POINT_MOST.toFixed(1)});
  shade = colour;
}`
const fragmentSource = `
precision mediump float; varying vec4 shade;
void main() {
  float away = length(gl_PointCoord - 0.5);
  gl_FragColor = vec4(shade.rgb, shade.a * (1.0 - smoothstep(0.40, 0.5, away)));
}`

export interface Scatter {
  draw: (view: View) => void
  /* colours [points][red, green, blue, opacity], sizes [points] in pixels, where all are seen */
  colour: (colours: Uint8Array<ArrayBuffer>, sizes: Float32Array) => void
  release: () => void
}

/* Whether WebGL is there and done by a graphics card; asked of a canvas that is thrown away, since one
 * that has been asked for WebGL cannot be painted any more. */
function hasCard(): boolean {
  const gl = document.createElement('canvas').getContext('webgl', { failIfMajorPerformanceCaveat: true })
  const names = gl?.getExtension('WEBGL_debug_renderer_info')
  const card = gl && String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER))
  gl?.getExtension('WEBGL_lose_context')?.loseContext()
  return !!card && !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(card)
}

/* null: this browser has no WebGL, or one that the processor does the work of. */
export function scatter(canvas: HTMLCanvasElement, places: Float32Array): Scatter | null {
  const gl = hasCard() ? canvas.getContext('webgl', { antialias: false, alpha: true, premultipliedAlpha: false }) : null
  if (!gl) return null
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertexSource],
    [gl.FRAGMENT_SHADER, fragmentSource],
  ] as const) {
    const shader = gl.createShader(type)!
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  gl.useProgram(program)
  gl.enable(gl.BLEND)
  gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
  const fill = (name: string, values: Float32Array | Uint8Array<ArrayBuffer>, parts: number, buffer: WebGLBuffer) => {
    const where = gl.getAttribLocation(program, name)
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer)
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW)
    gl.enableVertexAttribArray(where)
    gl.vertexAttribPointer(where, parts, values instanceof Uint8Array ? gl.UNSIGNED_BYTE : gl.FLOAT, values instanceof Uint8Array, 0, 0)
  }
  const buffers = { place: gl.createBuffer(), colour: gl.createBuffer(), size: gl.createBuffer() }
  fill('place', places, 2, buffers.place)
  const uniform = (name: string) => gl.getUniformLocation(program, name)
  const [middle, scale, zoom, pixels] = [uniform('middle'), uniform('scale'), uniform('zoom'), uniform('ratio')]
  const home = { scale: 0 }
  return {
    colour(colours, sizes) {
      fill('colour', colours, 4, buffers.colour)
      fill('size', sizes, 1, buffers.size)
    },
    draw(view) {
      const ratio = devicePixelRatio || 1
      const width = Math.round(canvas.clientWidth * ratio)
      const height = Math.round(canvas.clientHeight * ratio)
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width
        canvas.height = height
      }
      home.scale ||= view.scale
      gl.viewport(0, 0, width, height)
      gl.clearColor(0, 0, 0, 0)
      gl.clear(gl.COLOR_BUFFER_BIT)
      gl.uniform2f(middle, view.x, view.y)
      gl.uniform2f(scale, (2 * view.scale) / canvas.clientWidth, (2 * view.scale) / canvas.clientHeight)
      gl.uniform1f(zoom, growth(view.scale / home.scale))
      gl.uniform1f(pixels, ratio)
      gl.drawArrays(gl.POINTS, 0, places.length / 2)
    },
    release() {
      for (const buffer of Object.values(buffers)) gl.deleteBuffer(buffer)
      gl.deleteProgram(program)
    },
  }
}
