/* pack.mjs: after `vite build`: writes each file of dist/ a second time compressed by brotli, and
 * dist/files.def, the list by which src/api/site_files.c links them into the program. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url)
const types = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}
const assets = readdirSync(new URL('assets/', dist)).filter((name) => !name.endsWith('.br')).sort()
const rows = ['index.html', ...assets.map((name) => `assets/${name}`)].map((path, i) => {
  const type = types[path.split('.').pop()]
  if (!type) throw new Error(`pack.mjs: no content type for ${path}`)
  const bytes = readFileSync(new URL(path, dist))
  const packed = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
  writeFileSync(new URL(`${path}.br`, dist), packed)
  return `SITE_FILE(${i}, "${path}", "${type}")`
})
const head = '/* files.def: the files of the page: SITE_FILE(NUMBER, PATH, CONTENT_TYPE). Written by web/tools/pack.mjs. */\n'
writeFileSync(new URL('files.def', dist), `${head}${rows.join('\n')}\n`)
