import type { components } from './api/schema'

export type Wanted = components['schemas']['ReserveRequest']

/** A hold that somebody has asked for: its key is chosen before anything is sent, so that repeats are one hold. */
export interface Intent {
  key: string
  wanted: Wanted
  from: string
}

const NAME = 'holdfast.intent'

export function rememberIntent(wanted: Wanted): void {
  const from = `${location.pathname}${location.search}`
  sessionStorage.setItem(NAME, JSON.stringify({ key: crypto.randomUUID(), wanted, from } satisfies Intent))
}

export function intent(): Intent | undefined {
  const text = sessionStorage.getItem(NAME)
  return text ? (JSON.parse(text) as Intent) : undefined
}

export function forgetIntent(): void {
  sessionStorage.removeItem(NAME)
}
