/* controls.mjs: what each control of each page does, through the real program in a real browser: the
 * address says it, what is shown follows, and keys do it too. The map keeps its frames with a catalogue
 * of 62,423 films.
 *
 *   node tests/browser/controls.mjs PROGRAM FOLDER [REGEX OF NAMES] */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { check, missing, openBrowser, openPage, processorTime, run, serve, settle, test, train } from './lib.mjs'

const [program, folder, pick = ''] = process.argv.slice(2)
const lack = missing()
if (lack) {
  console.log(`skipped: ${lack}`)
  console.log('[  SKIPPED ] 1 test, listed above')
  process.exit(0)
}

const models = [train(program, 'ease', folder), train(program, 'als', folder)]
const server = await serve(program, [...models])
const browser = await openBrowser()
const open = (path, options = {}, url = server.url) => openPage(browser, url + path, options)

/* One page for a test, closed whatever comes of it. */
const onPage = (name, path, body, options = {}) =>
  test(name, async () => {
    const { page, context, complaints } = await open(path, options)
    await body(page)
    check(!complaints.length, complaints.join('\n'))
    await context.close()
  })

const titles = (page) => page.locator('.film-title').allInnerTexts()
const facts = (page) => page.locator('.film-facts').allInnerTexts()
const addressHas = (page, text) => page.waitForURL((url) => url.search.includes(text))

/* Does something and waits for another list. */
async function changes(page, action) {
  const before = (await titles(page)).join('|')
  await action()
  await page.waitForFunction((was) => {
    const now = [...document.querySelectorAll('.film-title')].map((one) => one.innerText).join('|')
    return document.querySelector('.films[aria-busy="false"]') && now && now !== was
  }, before)
}

/* A slider is moved by keys, as by hand it would be by some pixels. */
async function slide(page, name, key, times) {
  const slider = page.getByRole('slider', { name })
  await slider.focus()
  for (let i = 0; i < times; i++) await page.keyboard.press(key)
}

/* ---- Discover ---- */

onPage('genres: wanted, strict or soft, unwanted, and all of it taken back', '/', async (page) => {
  const chip = page.getByRole('button', { name: 'War', exact: true })
  const isWar = (text) => text.includes('War')
  await changes(page, () => chip.click())
  check((await facts(page)).every(isWar), 'nothing else')
  await changes(page, () => page.getByRole('button', { name: 'Rather these' }).click())
  await addressHas(page, 'soft=1')
  check((await facts(page)).some(isWar) && !(await facts(page)).every(isWar), 'others, too')
  await changes(page, () => page.getByRole('button', { name: 'Only these' }).click())
  await changes(page, () => page.getByRole('button', { name: /^\+?War/ }).click())
  check(!(await facts(page)).some(isWar), 'no war')
  await changes(page, () => page.getByRole('button', { name: 'Start over' }).click())
  check(new URL(page.url()).search === '', page.url())
})

onPage('number of films, diversity and model', '/?user=5', async (page) => {
  await page.getByRole('button', { name: 'Fine tuning' }).click()
  await slide(page, 'Films', 'ArrowRight', 3)
  await addressHas(page, 'n=23')
  await page.waitForFunction(() => document.querySelectorAll('.film-title').length === 23)
  await changes(page, () => slide(page, 'Diversity', 'End', 1))
  await addressHas(page, 'diversity=1')
  await changes(page, () => page.getByLabel('Model').selectOption('als'))
  await addressHas(page, 'model=als')
  check((await page.locator('.results-head').innerText()).includes('als'), 'the list says whose it is')
})

onPage('a wish: an example, three weights, its chips, and away with it', '/', async (page) => {
  await changes(page, () => page.getByRole('button', { name: 'a dark thriller, not scary, from the 90s' }).click())
  await page.getByRole('button', { name: 'Fine tuning' }).click()
  for (const [name, key] of [['Genre', 'ga'], ['Popularity', 'pa'], ['Embedding', 'ea']]) {
    await slide(page, name, 'Home', 1)
    await slide(page, name, 'ArrowRight', 4)
    await addressHas(page, `${key}=0.2`)
    await settle(page)
  }
  const chip = page.getByRole('button', { name: /^Do not hear “years/ })
  await changes(page, () => chip.click())
  await changes(page, () => page.getByRole('button', { name: /^Hear “years/ }).click())
  await changes(page, () => page.getByRole('button', { name: 'Clear the wish' }).click())
  check(!page.url().includes('q='), page.url())
})

onPage('a film: stars, undone; not this; seen; more like this', '/?user=6', async (page) => {
  const first = (await titles(page))[0]
  await changes(page, () => page.locator('.film').first().locator('label.star').nth(4).click())
  check(!(await titles(page)).includes(first), 'what is rated is gone')
  await changes(page, () => page.getByRole('button', { name: 'Undo' }).dispatchEvent('click'))
  check((await titles(page))[0] === first, 'and comes back')
  for (const name of [/^Not this/, /^Seen/]) {
    const there = (await titles(page))[1]
    await changes(page, () => page.locator('.film').nth(1).getByRole('button', { name }).click())
    check(!(await titles(page)).includes(there), `${name}: ${there}`)
  }
  const name = (await titles(page))[0]
  await page.locator('.film').first().getByRole('link', { name: /^More like this/ }).click()
  await page.getByRole('heading', { level: 1, name }).waitFor()
})

onPage('who is watching: anyone, me, somebody by number', '/', async (page) => {
  await page.getByRole('button', { name: 'anyone' }).click()
  await page.getByLabel('Number of a person').fill('77')
  await page.getByRole('button', { name: 'person 77', exact: true }).click()
  await addressHas(page, 'user=77')
  await page.getByRole('button', { name: 'person 77' }).click()
  await page.getByRole('button', { name: /^I am new|^me|new here/i }).first().click()
  await addressHas(page, 'me=1')
  await page.locator('.newcomer').waitFor()
  await page.goBack()
  await addressHas(page, 'user=77')
})

/* ---- Films and people ---- */

onPage('browse: title, genre, decade, order, number of ratings', '/browse', async (page) => {
  const shown = () => page.locator('.cell').allInnerTexts()
  const status = page.getByText(/^[\d,]+ films?$/)
  let left = await status.innerText()
  const fewer = async (label, choice, address) => {
    await page.getByLabel(label).selectOption(choice)
    await addressHas(page, address)
    await page.waitForFunction((was) => [...document.querySelectorAll('[role=status]')].some((one) => /^[\d,]+ films?$/.test(one.innerText) && one.innerText !== was), left)
    left = await status.innerText()
  }
  await fewer('Genre', 'Western', 'genre=Western')
  await fewer('Decade', '1960s', 'decade=1960')
  await fewer('Ratings', { index: 1 }, 'min=10')
  await settle(page)
  const orders = await page.getByLabel('Order').locator('option').count()
  await page.getByLabel('Order').selectOption({ index: orders - 1 })
  await addressHas(page, 'order=')
  await page.locator('.cell strong').first().waitFor()
  await page.goto(`${server.url}/browse`)
  await page.getByLabel(/^Title/).fill('matrx')
  await addressHas(page, 'q=matrx')
  await settle(page)
  check((await shown())[0].includes('Matrix'), (await shown())[0])
})

onPage('a film leads on: similar ones by vector and by content, who likes it, other places', '/film/1', async (page) => {
  check((await page.locator('.rail').count()) >= 2, 'two rows of films')
  check((await page.getByRole('link', { name: /IMDb/ }).getAttribute('href')).includes('tt0114709'), 'IMDb')
  check((await page.getByRole('link', { name: /TMDb|TMDB/ }).getAttribute('href')).includes('862'), 'TMDb')
  await page.locator('.rail').first().getByRole('link').first().click()
  await page.waitForURL((url) => /^\/film\/(?!1$)/.test(url.pathname))
})

onPage('a person: the nearest, the map', '/person/1', async (page) => {
  const other = page.getByRole('link', { name: /^person \d+/ }).first()
  await other.click()
  await page.waitForURL((url) => /^\/person\/(?!1$)/.test(url.pathname))
  await page.getByRole('link', { name: 'Look around there' }).click()
  await page.locator('.map-ring').waitFor()
})

onPage('compare: person and models', '/compare?user=1', async (page) => {
  check((await page.locator('.model-columns > *').count()) >= 2, 'two columns')
  await page.locator('.picker').click()
  await page.getByLabel('Number of a person').fill('9')
  await page.keyboard.press('Enter')
  await addressHas(page, 'user=9')
})

/* ---- The rest ---- */

onPage('analytics: charts, and the numbers under them', '/analytics', async (page) => {
  check((await page.locator('figure, .panel').count()) >= 4, 'charts')
  await page.locator('figure summary').first().click()
  check(await page.locator('figure table').first().isVisible(), 'numbers are there to read')
})

onPage('the API: a route is found and tried', '/api-docs', async (page) => {
  await page.getByLabel('Find a route').fill('/api/health')
  await page.getByText('/api/health', { exact: true }).first().click()
  await page.getByRole('button', { name: 'Send' }).first().click()
  await page.getByText(/"status": ?"healthy"/).first().waitFor()
})

onPage('light and dark, kept through a reload', '/about', async (page) => {
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
  const before = await theme()
  await page.getByRole('button', { name: /^Switch to/ }).click()
  check((await theme()) !== before, 'another theme')
  await page.reload()
  check((await theme()) !== before, 'kept')
})

test('a run is served and the one before put back; the key is asked for', async () => {
  const place = `${folder}/served`
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  const served = train(program, 'ease', place)
  train(program, 'ease', place, 'next')
  const made = spawnSync(program, ['keys', 'create', 'boss', '--scope', 'admin', '--keys', `${place}/keys.db`], { encoding: 'utf8' })
  const key = /\b\S{30,}\b/.exec(made.stdout)?.[0]
  check(key, made.stdout + made.stderr)
  const own = await serve(program, [served], 0, ['--keys', `${place}/keys.db`])
  const { page, context } = await open('/experiments', {}, own.url)
  await page.getByRole('button', { name: /^Serve it: what run \d+ \(ease\) made/ }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('input').fill(key)
  await dialog.getByRole('button', { name: 'Use this key' }).click()
  await page.getByText(/serves now as ease/).waitFor()
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Back to the one before: ease' }).click()
  await page.getByText('Done: it serves now.').waitFor()
  await context.close()
  await own.stop()
})

/* A picture and its address as TMDb would answer, without TMDb. */
async function playTmdb(page) {
  const asked = []
  await page.route(/tmdb\.org|themoviedb\.org/, (route) => {
    asked.push(route.request().url())
    const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="3"><rect width="2" height="3" fill="teal"/></svg>'
    return route.request().url().includes('api.themoviedb.org')
      ? route.fulfill({ json: { poster_path: '/p.svg' }, headers: { 'Access-Control-Allow-Origin': '*' } })
      : route.fulfill({ body: picture, contentType: 'image/svg+xml' })
  })
  return asked
}

test('posters of TMDb: with a key of one’s own, from a server that lets them in, and not otherwise', async () => {
  const own = await serve(program, [models[0]], 0, ['--posters', 'tmdb'])
  const { page, context } = await open('/about', {}, own.url)
  const asked = await playTmdb(page)
  check(asked.length === 0, 'nothing without a key')
  await page.getByLabel('Your TMDb key or read access token').fill('abc')
  await page.getByRole('button', { name: 'Keep it' }).click()
  await page.goto(`${own.url}/film/1`)
  await page.locator('.poster-photo.is-there').first().waitFor({ timeout: 20000 })
  check(asked.some((url) => url === 'https://api.themoviedb.org/3/movie/862?api_key=abc'), asked.join(' '))
  await context.close()
  await own.stop()
  const closed = await open('/about')
  const tried = await playTmdb(closed.page)
  await closed.page.getByText(/--posters tmdb/).waitFor()
  await closed.page.evaluate(() => localStorage.setItem('matinee.tmdb', 'abc'))
  await closed.page.goto(`${server.url}/film/1`)
  await settle(closed.page)
  check((await closed.page.locator('.poster-photo').count()) === 0 && tried.length === 0, tried.join(' '))
  await closed.context.close()
})

/* ---- The map ---- */

onPage('the map: find, zoom, a genre, and recommendations of an area, by keys alone', '/map', async (page) => {
  const canvas = page.locator('.map-canvas')
  await canvas.waitFor()
  await page.getByLabel('Find a film').fill('toy story')
  await page.locator('.map-found').waitFor()
  await page.keyboard.press('Enter')
  await page.locator('.map-link').getByText('Toy Story', { exact: true }).waitFor()
  await canvas.focus()
  for (const key of ['+', 'ArrowLeft', 'ArrowUp', '-']) await page.keyboard.press(key)
  await page.keyboard.press('Enter')
  await page.locator('.map-area .rail a').first().waitFor()
  await page.keyboard.press('Escape')
  await page.locator('.map-area').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Drama' }).click()
  check((await page.getByRole('button', { name: 'Drama' }).getAttribute('aria-pressed')) === 'true', 'one genre')
  await page.getByRole('button', { name: 'Draw a frame' }).click()
  const box = await canvas.boundingBox()
  await page.mouse.move(box.x + 60, box.y + 60)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width - 60, box.y + box.height - 60, { steps: 4 })
  await page.mouse.up()
  await page.locator('.map-area .rail a').first().waitFor()
  await page.getByRole('button', { name: 'Farther' }).click()
  await page.getByRole('button', { name: 'All', exact: true }).click()
})

/* A catalogue as large as MovieLens 25M's, in 60 heaps. */
function manyPoints(count) {
  const genres = ['Drama', 'Comedy', 'Thriller', 'Romance', 'Action', 'Horror', 'Documentary', 'Crime', 'Adventure', 'Sci-Fi']
  let state = 7
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647
  const apart = () => random() + random() + random() + random() - 2
  const heaps = Array.from({ length: 60 }, () => [1.6 * random() - 0.8, 1.6 * random() - 0.8])
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = heaps[i % 60]
    return { item_id: i + 1, encoded_id: i, title: `Film ${i} (1999)`, genres: [genres[i % 10]], year: 1999, hue: i % 360, x: x + 0.1 * apart(), y: y + 0.1 * apart(), count: Math.floor(60000 / (1 + i)) }
  })
}

test('62,423 points: a frame of moving and zooming fits 60 a second', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.route('**/api/map?*', (route) => route.fulfill({ json: { points: manyPoints(62423), total: 62423 } }))
  await page.goto(`${server.url}/map`)
  await page.locator('.map-canvas').waitFor()
  await page.waitForTimeout(1000)
  await page.screenshot({ path: `${folder}/map-62423.png` })
  const frames = 90
  for (const kind of ['move', 'zoom']) {
    const busy = await processorTime(page)
    await page.evaluate(
      async ([kind, frames]) => {
        const canvas = document.querySelector('.map-canvas')
        const box = canvas.getBoundingClientRect()
        const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
        const point = (type, by) => canvas.dispatchEvent(new PointerEvent(type, { bubbles: true, clientX: x + by, clientY: y + by / 2, pointerId: 1 }))
        canvas.setPointerCapture = () => {}
        if (kind === 'move') point('pointerdown', 0)
        for (let i = 0; i < frames; i++) {
          if (kind === 'move') point('pointermove', 200 * Math.sin(i / 10))
          else canvas.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, clientX: x, clientY: y, deltaY: i % 60 < 30 ? -40 : 40 }))
          await new Promise(requestAnimationFrame)
        }
        if (kind === 'move') point('pointerup', 0)
      },
      [kind, frames],
    )
    const milliseconds = (await busy()) / frames
    console.log(`        ${kind}: ${milliseconds.toFixed(1)} ms of the main thread a frame`)
    check(milliseconds < 16, `${kind}: a frame takes ${milliseconds} ms`)
  }
  await context.close()
})

const isGood = await run(pick)
await browser.close()
await server.stop()
process.exit(isGood ? 0 : 1)
