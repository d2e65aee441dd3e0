/* theme.ts: light or dark: the system's choice until the person makes one. */
import { useSyncExternalStore } from 'react'

export type Theme = 'light' | 'dark'
const PLACE = 'matinee.theme'
const listeners = new Set<() => void>()
const system = () => matchMedia('(prefers-color-scheme: dark)')

function chosen(): Theme | null {
  try {
    const text = localStorage.getItem(PLACE)
    return text === 'light' || text === 'dark' ? text : null
  } catch {
    return null
  }
}

const current = (): Theme => chosen() ?? (system().matches ? 'dark' : 'light')

export function applyTheme() {
  document.documentElement.dataset.theme = current()
}

export function watchTheme() {
  applyTheme()
  system().addEventListener('change', () => {
    applyTheme()
    listeners.forEach((listener) => listener())
  })
}

export function switchTheme() {
  try {
    localStorage.setItem(PLACE, current() === 'dark' ? 'light' : 'dark')
  } catch {
    // No storage: the system's choice stays.
  }
  applyTheme()
  listeners.forEach((listener) => listener())
}

export const useTheme = () =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, current)
