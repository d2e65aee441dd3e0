/* journey.mjs: one way through the page as a person goes it, in a real browser against the real
 * program on the built-in data: person, genre, wish, rating, changed list.
 *
 *   node tests/browser/journey.mjs PROGRAM FOLDER        FOLDER is for the model file */
import { check, missing, openBrowser, run, serve, test, train } from './lib.mjs'

const [program, folder] = process.argv.slice(2)
const lack = missing()
if (lack) {
  console.log(`skipped: ${lack}`)
  console.log('[  SKIPPED ] 1 test, listed above')
  process.exit(0)
}

const server = await serve(program, [train(program, 'ease', folder)])
const browser = await openBrowser()
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
const page = await context.newPage()
const complaints = []
page.on('pageerror', (error) => complaints.push(error.message))
page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))

const titles = () => page.locator('.film-title').allInnerTexts()
const quiet = async () => {
  await page.waitForFunction(() => document.querySelector('.films[aria-busy="false"] .film-title'))
}

/* Does something, waits until the list is another one, and says what it was and is. */
async function changes(action) {
  const before = (await titles()).join('|')
  await action()
  await page.waitForFunction((was) => {
    const now = [...document.querySelectorAll('.film-title')].map((e) => e.innerText).join('|')
    return document.querySelector('.films[aria-busy="false"]') && now && now !== was
  }, before)
  return (await titles()).join('|')
}

test('the first view shows films', async () => {
  await page.goto(server.url)
  await quiet()
  check((await titles()).length === 20, 'twenty films')
  check(await page.title() === 'Matinee', 'the title')
})

test('a person is chosen', async () => {
  await changes(async () => {
    await page.getByRole('button', { name: 'anyone' }).click()
    await page.getByLabel('Number of a person').fill('42')
    await page.keyboard.press('Enter')
  })
  check(page.url().endsWith('?user=42'), `the address says so: ${page.url()}`)
  check((await page.locator('h1').textContent()).trim() === 'Tonight, for person 42', 'the heading says so')
})

test('a genre is wanted, then unwanted', async () => {
  const chip = page.getByRole('button', { name: 'Comedy' })
  await changes(() => chip.click())
  const facts = await page.locator('.film-facts').allInnerTexts()
  check(facts.length === 20 && facts.every((text) => text.includes('Comedy')), 'comedies only')
  await changes(() => chip.click())
  check((await page.locator('.film-facts').allInnerTexts()).every((text) => !text.includes('Comedy')), 'no comedy')
  check(page.url().includes('not=Comedy'), 'the address says so')
})

test('a wish in words is understood, and a chip of it can be taken away', async () => {
  await changes(async () => {
    await page.getByLabel('Your wish in plain words').fill('a dark thriller, not scary, from the 90s')
  })
  const chip = page.getByRole('button', { name: /years 1990-1999/ })
  await chip.waitFor()
  check((await page.locator('.film-facts').allInnerTexts()).every((text) => /^199\d/.test(text)), 'films of the nineties')
  await changes(() => chip.click())
  await page.getByRole('button', { name: /again/ }).waitFor()
})

test('a rating changes the list', async () => {
  const first = (await titles())[0]
  const list = await changes(() => page.locator('.film').first().locator('label.star').nth(4).click())
  check(!list.split('|').includes(first), `${first} was rated and is not shown any more`)
})

test('the back button and a reload keep the state', async () => {
  const address = page.url()
  await page.reload()
  await quiet()
  check(page.url() === address, 'the same address')
  check(await page.getByLabel('Your wish in plain words').inputValue() !== '', 'the wish is there')
  await page.getByRole('link', { name: 'About' }).first().click()
  await page.getByRole('heading', { name: 'About Matinee' }).waitFor()
  await page.goBack()
  await quiet()
  check(page.url() === address, 'the address of before')
})

test('the browser had nothing to complain about', async () => {
  check(complaints.length === 0, complaints.join('\n'))
})

const isGood = await run()
await browser.close()
await server.stop()
process.exit(isGood ? 0 : 1)
