/* pages.mjs: every page of the real program in a real browser: axe-core finds nothing, nothing shifts,
 * frames are short while scrolling, keys alone are enough, trouble is said; titles with markup stay
 * texts. Screenshots of all pages at three widths in both themes lie in FOLDER/screenshots, for a
 * person to look at.
 *
 *   node tests/browser/pages.mjs PROGRAM FOLDER [REGEX OF NAMES] */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { appears, axeSource, check, missing, openBrowser, openPage, processorTime, root, run, serve, settle, test, train } from './lib.mjs'

const [program, folder, pick = ''] = process.argv.slice(2)
const lack = missing()
if (lack) {
  console.log(`skipped: ${lack}`)
  console.log('[  SKIPPED ] 1 test, listed above')
  process.exit(0)
}

const pages = {
  discover: '/',
  person_tonight: '/?user=1&q=a+dark+thriller%2C+not+scary%2C+from+the+90s',
  newcomer: '/?me=1',
  nothing: '/?user=1&genre=War&not=War',
  film: '/film/1',
  person: '/person/1',
  browse: '/browse',
  search: '/browse?q=toy+stroy',
  top: '/top?genre=Film-Noir',
  compare: '/compare?user=1',
  map: '/map',
  analytics: '/analytics',
  map_of_person: '/map?user=1',
  experiments: '/experiments',
  runs: '/experiments?run=1&run=2',
  api: '/api-docs',
  about: '/about',
  lost: '/film/none',
}
const widths = { phone: [390, 844], tablet: [820, 1180], desktop: [1440, 900] }

const axe = readFileSync(axeSource(), 'utf8')
const models = [train(program, 'ease', folder), train(program, 'als', folder)]
const server = await serve(program, [...models])
const browser = await openBrowser()

const open = (path, options = {}, url = server.url) => openPage(browser, url + path, options)

/* The wish's first answer reads all films, which takes a while with nothing kept from before. */
await open('/?q=warm+up').then(async ({ page, context }) => {
  await page.locator('.film-title').first().waitFor({ timeout: 120000 })
  await context.close()
})

for (const [name, path] of Object.entries(pages))
  test(`${name}: axe-core finds nothing, the browser complains of nothing`, async () => {
    for (const colorScheme of ['light', 'dark']) {
      const { page, context, complaints } = await open(path, { colorScheme })
      await page.evaluate(axe)
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
      const told = violations.map((one) => `${colorScheme} ${one.id}: ${one.help}\n  ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary ?? ''}`).join('\n  ')}`)
      check(!told.length, told.join('\n'))
      check(!complaints.length, complaints.join('\n'))
      await context.close()
    }
  })

test('screenshots', async () => {
  const place = `${folder}/screenshots`
  const wide = []
  mkdirSync(place, { recursive: true })
  for (const [width, [w, h]] of Object.entries(widths))
    for (const colorScheme of ['light', 'dark'])
      for (const [name, path] of Object.entries(pages)) {
        const { page, context } = await open(path, { viewport: { width: w, height: h }, colorScheme })
        await page.waitForTimeout(150)
        await page.screenshot({ path: `${place}/${name}-${width}-${colorScheme}.png` })
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        if (beyond > 0) wide.push(`${name} is ${beyond} pixels wider than a ${width}`)
        await context.close()
      }
  check(!wide.length, wide.join('\n'))
})

test('the first view: size of its scripts, when it can be used, nothing shifts', async () => {
  const html = readFileSync(`${root}web/dist/index.html`, 'utf8')
  const scripts = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((found) => found[1])
  const bytes = scripts.reduce((sum, path) => sum + statSync(`${root}web/dist/${path}.br`).size, 0)
  check(bytes <= 150 * 1024, `${bytes} bytes of scripts`)
  const { context } = await open('/about')
  const page = await context.newPage()
  await page.addInitScript(() => {
    globalThis.shift = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  const busy = await processorTime(page)
  await page.goto(server.url, { waitUntil: 'commit' })
  await appears(page, '.film-title')
  const milliseconds = await busy()
  await appears(page, '.films[aria-busy="false"]')
  const whole = await busy()
  await page.waitForTimeout(700)
  const shift = await page.evaluate(() => globalThis.shift)
  const told = `${bytes} bytes of scripts (brotli), ${milliseconds.toFixed(0)} ms of the main thread until films are there (${whole.toFixed(0)} until all are), layout shift ${shift.toFixed(4)}`
  writeFileSync(`${folder}/first-view.txt`, `${told}\n`)
  console.log(`        ${told}`)
  check(shift < 0.02, `layout shift ${shift}`)
  check(4 * milliseconds < 1000, `${milliseconds} ms: with a processor four times as slow over a second`)
  await context.close()
})

test('keys alone: skip link, menu, person, genre, stars', async () => {
  const { page, context } = await open('/', { viewport: { width: 390, height: 844 } })
  await page.keyboard.press('Tab')
  check((await page.evaluate(() => document.activeElement.textContent)).includes('Skip'), 'the skip link comes first')
  await page.getByRole('button', { name: 'Menu' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Top rated' }).waitFor()
  await page.getByRole('button', { name: 'anyone' }).focus()
  await page.keyboard.press('Enter')
  await page.getByLabel('Number of a person').waitFor()
  await page.keyboard.press('Escape')
  check(await page.evaluate(() => document.activeElement.className) === 'picker', 'the focus is back where it was')
  await page.getByRole('button', { name: 'War', exact: true }).focus()
  await page.keyboard.press('Space')
  await page.waitForURL(/genre=War/)
  await settle(page)
  const stars = page.locator('.film').first().locator('input[type=radio]').first()
  await stars.focus()
  await page.keyboard.press('ArrowRight')
  await page.getByText(/of 5/).waitFor()
  await context.close()
})

test('a newcomer: genres and a few stars make a list', async () => {
  const { page, context } = await open('/?me=1')
  await page.locator('.newcomer').getByRole('button', { name: 'Horror' }).click()
  await settle(page)
  const byGenre = await page.locator('.films .film-title').allInnerTexts()
  for (let i = 0; i < 3; i++) await page.locator('.starters li').nth(i).locator('label.star').nth(4).click()
  await page.waitForFunction((before) => [...document.querySelectorAll('.films[aria-busy="false"] .film-title')].map((e) => e.innerText).join('|') !== before, byGenre.join('|'))
  await page.reload()
  await settle(page)
  check((await page.locator('.newcomer summary').innerText()).includes('3 films rated'), 'a reload keeps the stars')
  await context.close()
})

test('long lists: a thousand films scroll with short frames and few elements', async () => {
  const { page, context } = await open('/browse')
  const frames = 120
  const busy = await processorTime(page)
  await page.evaluate(async (count) => {
    for (let i = 0; i < count; i++) {
      scrollBy(0, 260)
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
  }, frames)
  const milliseconds = (await busy()) / frames
  const cells = await page.locator('.cell').count()
  console.log(`        ${milliseconds.toFixed(1)} ms of the main thread a frame, ${cells} films in the document`)
  check(cells < 200, `${cells} films are in the document`)
  check(milliseconds < 16, `a frame takes ${milliseconds} ms`)
  await context.close()
})

test('the server stops and comes back: the rating waits, through a reload, and is sent', async () => {
  const own = await serve(program, [models[0]])
  const { page, context } = await open('/?user=3', {}, own.url)
  const port = new URL(own.url).port
  await own.stop()
  await page.locator('.film').first().locator('label.star').nth(3).click()
  await page.getByText('1 change waits to be sent').waitFor()
  const queue = () => page.evaluate(() => JSON.parse(localStorage.getItem('matinee.shelf')).queue.length)
  check(await queue() === 1, 'one waits')
  const again = await serve(program, [models[0]], port)
  await page.reload()
  await page.waitForFunction(() => JSON.parse(localStorage.getItem('matinee.shelf')).queue.length === 0)
  const kept = await (await fetch(`${again.url}/api/users/3/ratings`)).json()
  check(kept.ratings.some((row) => row.rating === 4), 'the service has it')
  await context.close()
  await again.stop()
})

test('"Not this" and "Seen" reach the service, and can be taken back', async () => {
  const own = await serve(program, [models[0]])
  const { page, context } = await open('/?user=4', {}, own.url)
  const told = async () => (await (await fetch(`${own.url}/api/users/4/export`)).json()).events.map((one) => one.kind)
  const sent = () => page.waitForFunction(() => JSON.parse(localStorage.getItem('matinee.shelf')).queue.length === 0)
  await page.locator('.film').nth(0).getByRole('button', { name: /^Not this/ }).click()
  await sent()
  check((await told()).join() === 'dislike', `after "Not this": ${await told()}`)
  await page.getByRole('button', { name: 'Undo' }).click()
  await sent()
  await settle(page)
  await page.locator('.film').nth(1).getByRole('button', { name: /^Seen/ }).click()
  await sent()
  check((await told()).join() === 'dislike,remove,view', `after "Undo" and "Seen": ${await told()}`)
  await context.close()
  await own.stop()
})

test('a wish has reasons, a film those who like it, a person a place on the map', async () => {
  const { page, context } = await open(pages.person_tonight)
  const whys = await page.locator('.film .why').allInnerTexts()
  check(whys.length > 0 && whys.some((why) => /your wish/.test(why)), whys.join('\n'))
  await page.goto(`${server.url}/film/924`)
  await page.getByRole('heading', { name: 'Who likes it' }).waitFor()
  await page.locator('.film-panels').getByRole('link', { name: /^person/ }).first().click()
  await page.getByRole('link', { name: 'Look around there' }).click()
  await page.locator('.map-ring').waitFor()
  await context.close()
})

test('a model is trained from the page, and again under another name', async () => {
  const place = `${folder}/trained`
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  copyFileSync(models[0], `${place}/ease.safetensors`)
  const own = await serve(program, [`${place}/ease.safetensors`])
  const { page, context } = await open('/experiments', {}, own.url)
  for (const name of ['ease-2', 'ease-3']) {
    await page.getByPlaceholder(name, { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Start a training' }).click()
    await page.getByText(new RegExp(`^${name}: (replaced|kept|added)`)).waitFor({ timeout: 60000 })
  }
  const { models: served } = await (await fetch(`${own.url}/api/models`)).json()
  check(served.join() === 'ease,ease-2,ease-3', served.join())
  await context.close()
  await own.stop()
})

test('titles and tags with markup are texts', async () => {
  const data = `${folder}/hostile`
  mkdirSync(data, { recursive: true })
  const evil = ['<script>window.hacked=1</script>', '<img src=x onerror=window.hacked=1>', '"><svg onload=window.hacked=1>', '{{7*7}} ${7*7}', 'A'.repeat(300), '‮ right to left']
  const films = evil.map((title, i) => `${i + 1},"${title.replaceAll('"', '""')} (1999)",Action|Drama`)
  for (let i = evil.length; i < 30; i++) films.push(`${i + 1},Film ${i} (2001),Comedy`)
  const ratings = []
  for (let user = 1; user <= 40; user++) for (let item = 1; item <= 30; item++) if ((user * 7 + item * 3) % 4) ratings.push(`${user},${item},${1 + ((user + item) % 5)},${1000000000 + user * 100 + item}`)
  writeFileSync(`${data}/movies.csv`, `movieId,title,genres\n${films.join('\n')}\n`)
  writeFileSync(`${data}/ratings.csv`, `userId,movieId,rating,timestamp\n${ratings.join('\n')}\n`)
  const { spawnSync } = await import('node:child_process')
  const file = `${folder}/hostile.safetensors`
  const done = spawnSync(program, ['train', 'popularity', `data=${data}`, '--quiet', '--out', file], { encoding: 'utf8', env: { ...process.env, XDG_DATA_HOME: resolve(folder, 'home') } })
  check(done.status === 0, done.stderr)
  const own = await serve(program, [file])
  for (const path of ['/', '/film/1', '/film/2', '/film/5', '/browse', '/top', '/person/1']) {
    const { page, context, complaints } = await open(path, {}, own.url)
    check(!(await page.evaluate(() => globalThis.hacked)), `${path} ran a title`)
    check(!complaints.some((text) => /Content Security/.test(text)), complaints.join('\n'))
    check((await page.locator('body').innerText()).length > 100, 'there is something to read')
    await context.close()
  }
  const { page, context } = await open('/film/1', {}, own.url)
  check(await page.locator('h1').innerText() === evil[0], 'the title is shown as it is')
  await context.close()
  await own.stop()
})

test('nothing is asked of any other host', async () => {
  const { page, context } = await open('/about')
  const hosts = new Set()
  page.on('request', (request) => hosts.add(new URL(request.url()).origin))
  for (const path of Object.values(pages)) {
    await page.goto(server.url + path)
    await settle(page)
  }
  check([...hosts].every((origin) => origin === server.url), [...hosts].join(' '))
  await context.close()
})

test('screenshots are there for a person to look at', async () => {
  const files = readdirSync(`${folder}/screenshots`)
  check(files.length >= Object.keys(pages).length * 6, `${files.length} files`)
})

const isGood = await run(pick)
await browser.close()
await server.stop()
process.exit(isGood ? 0 : 1)
