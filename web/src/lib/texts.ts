/* texts.ts: the texts in the language of the browser, as far as there is a file for it. */
import { en, type Texts } from '../texts/en'

const languages: Record<string, Texts> = { en }
const wanted = typeof navigator === 'undefined' ? 'en' : navigator.language.slice(0, 2)

export const t: Texts = languages[wanted] ?? en
