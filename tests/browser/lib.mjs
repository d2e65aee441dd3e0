/* lib.mjs: what the browser's tests share: the program that serves, the system's Chromium, and a
 * small runner whose last line is `N passed, N failed`, as tools/run_tests counts. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))
const require = createRequire(new URL('../../web/', import.meta.url))
const chromiums = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/* What is missing for these tests, in words; '' if nothing is. */
export function missing() {
  if (!existsSync(`${root}web/node_modules/playwright-core`)) return 'web/node_modules is not there (npm ci in web/)'
  if (!chromiums.some(existsSync)) return 'Chromium is not installed'
  return ''
}

export async function openBrowser() {
  const { chromium } = require('playwright-core')
  return chromium.launch({
    executablePath: chromiums.find(existsSync),
    args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'],
  })
}

export const axeSource = () => require.resolve('axe-core/axe.min.js')

/* Nothing of the person's own: their stores, and weights that may be there or not. A relative folder would
 * be passed over. */
const ownEnvironment = (folder) => ({ ...process.env, XDG_DATA_HOME: resolve(folder, 'home') })

/* Trains a model once for each folder and name. */
export function train(program, model, folder, name = model) {
  const file = `${folder}/${name}.safetensors`
  mkdirSync(folder, { recursive: true })
  if (existsSync(file)) return file
  const done = spawnSync(program, ['train', model, 'data=built-in', '--quiet', '--out', file], { encoding: 'utf8', env: ownEnvironment(folder) })
  if (done.status !== 0) throw new Error(`matinee train ${model}: ${done.stderr}`)
  return file
}

/* Serves model files of one folder on a free port (or the one given), with more options; stop() ends it. */
export function serve(program, files, port = 0, more = []) {
  const folder = dirname(files[0])
  const child = spawn(program, ['serve', ...files, '--store', 'none', '--encoder', 'builtin', '--port', String(port), ...more], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: ownEnvironment(folder),
  })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  return new Promise((resolve, reject) => {
    let said = ''
    const listen = (chunk) => {
      said += chunk
      const found = /http:\/\/[^ /]+/.exec(said)
      if (found) resolve({ url: found[0], stop: () => (child.kill('SIGTERM'), ended) })
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.on('exit', (code) => reject(new Error(`matinee serve ended with ${code}: ${said}`)))
  })
}

/* A page of its own, and what its browser complained about; answers of 4xx are part of some states. */
export async function openPage(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  const complaints = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => message.type() === 'error' && !/status of (4|503)/.test(message.text()) && complaints.push(message.text()))
  await page.goto(address)
  await settle(page)
  return { page, context, complaints }
}

export async function settle(page) {
  await page.waitForLoadState('networkidle').catch(() => undefined)
  await page.waitForFunction(() => document.querySelector('#content') && !document.querySelector('#content[aria-busy="true"], #content [aria-busy="true"]'), undefined, { timeout: 20000 })
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity).map((one) => one.finished)))
}

/* Waits by a look from outside: Playwright's own scripts in the page would count as the page's work. */
export async function appears(page, selector) {
  const session = await page.context().newCDPSession(page)
  const look = { expression: `document.querySelector(${JSON.stringify(selector)}) !== null`, returnByValue: true }
  const end = Date.now() + 20000
  while ((await session.send('Runtime.evaluate', look).catch(() => null))?.result.value !== true) {
    check(Date.now() < end, `no ${selector} after 20 seconds`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/* Begins to count the time that the page's main thread has the processor; the function that comes back
 * says how many milliseconds. What else runs on the machine does not count. */
export async function processorTime(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const now = async () => 1000 * (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value
  const before = await now()
  return async () => (await now()) - before
}

const cases = []
export const test = (name, body) => cases.push([name, body])

export function check(isSo, what) {
  if (!isSo) throw new Error(what)
}

export async function run(pick = '') {
  let passed = 0
  let failed = 0
  for (const [name, body] of cases) {
    if (!new RegExp(pick).test(name)) continue
    try {
      await body()
      console.log(`ok      ${name}`)
      passed++
    } catch (error) {
      console.log(`FAILED  ${name}\n        ${String(error.stack ?? error).split('\n').slice(0, 8).join('\n        ')}`)
      failed++
    }
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0
}
