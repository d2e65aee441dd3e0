/* titles.ts: titles as catalogues keep them ("Matrix, The (1999)") in the form in which people say
 * them. Only the form changes; what cannot be taken apart stays as it is. */
export interface Title {
  main: string
  also: string // other titles of the film; '' for none
}

const article = /^(.*), (The|A|An|Le|La|Les|L'|El|Los|Las|Il|Lo|Der|Die|Das|Den|Det|O|Os|As|Een|De|Het)$/

function inOrder(text: string): string {
  const found = article.exec(text)
  if (!found) return text
  const [, rest, word] = found
  return word === "L'" ? `L'${rest}` : `${word} ${rest}`
}

export function title(text: string): Title {
  let rest = text.replace(/\s*\(\d{4}(?:[-–]\d{0,4})?\)\s*$/, '').trim()
  if (!rest) return { main: text, also: '' }
  const others: string[] = []
  for (;;) {
    const found = /^(.+?)\s*\(([^()]*)\)$/.exec(rest)
    if (!found) break
    rest = found[1]!
    others.unshift(inOrder(found[2]!.replace(/^a\.k\.a\. /, '')))
  }
  return { main: inOrder(rest), also: others.join(', ') }
}

export const mainTitle = (text: string) => title(text).main
