/* lists.ts: the short lists that many pages need: genres, models, people. */
import { useAnswer } from './answer'
import { ask, type Id, type Models } from './api'

export const useGenres = () => useAnswer<string[]>('genres', (signal) => ask('/genres', { signal }))
export const useModels = () => useAnswer<Models>('models', (signal) => ask('/api/models', { signal }))
export const useUsers = () => useAnswer<Id[]>('users', (signal) => ask('/users', { signal }))
