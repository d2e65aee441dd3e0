/* who.ts: who was chosen last, for the pages whose address does not say. null: nobody. */
const PLACE = 'matinee.who'

export function rememberWho(user: string | null) {
  if (user === null) sessionStorage.removeItem(PLACE)
  else sessionStorage.setItem(PLACE, user)
}

export const lastWho = (): string | null => sessionStorage.getItem(PLACE)
