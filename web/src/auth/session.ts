import { useSyncExternalStore } from 'react'
import { config } from '../config'

const SECONDS_BEFORE = 60

interface Stored {
  access_token: string
  refresh_token?: string
  expires_at?: number
  profile: { sub: string; email?: string }
}

const listeners = new Set<() => void>()

function key(): string {
  return `oidc.user:${config().signIn.authority}:${config().signIn.clientId}`
}

function stored(): Stored | undefined {
  const text = sessionStorage.getItem(key())
  return text ? (JSON.parse(text) as Stored) : undefined
}

/**
 * The access token, renewed when it is about to end; nothing where nobody is signed in.
 *
 * Throws where it has ended, and no answer came to the renewal.
 */
export async function accessToken(): Promise<string | undefined> {
  const session = stored()
  if (!session) return undefined
  const lastsFor = (seconds: number) =>
    session.expires_at === undefined || session.expires_at * 1000 >= Date.now() + seconds * 1000
  if (lastsFor(SECONDS_BEFORE) || !session.refresh_token) return session.access_token
  try {
    const { renew } = await import('./oidc')
    return await renew()
  } catch (cause) {
    if (lastsFor(0)) return session.access_token
    throw cause
  }
}

export function forgetSession(): void {
  sessionStorage.removeItem(key())
  changed()
}

export function changed(): void {
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function nameOf(): string {
  const session = stored()
  return session ? (session.profile.email ?? session.profile.sub) : ''
}

/** The name of who is signed in; empty where nobody is. */
export function useSignedIn(): string {
  return useSyncExternalStore(subscribe, nameOf, () => '')
}

/** Where the guest is now; the start, where that only takes what the sign-in page sends. */
function here(): string {
  return location.pathname === '/signed-in' ? '/' : `${location.pathname}${location.search}`
}

/** Leaves for the sign-in page; comes back to `to`, or to where the guest is now. */
export async function signIn(to = here()): Promise<void> {
  const { leave } = await import('./oidc')
  await leave(to)
}

let leaves = false

/** Whether somebody is signing out: nothing of theirs stays on the screen. */
export function isLeaving(): boolean {
  return leaves
}

export async function signOut(): Promise<void> {
  leaves = true
  forgetSession()
  const { domain, clientId } = config().signIn
  const query = new URLSearchParams({ client_id: clientId, logout_uri: `${location.origin}/` })
  location.assign(`${domain}/logout?${query}`)
}

type Group = 'owner' | 'admin'

interface Claims {
  sub?: string
  'cognito:groups'?: string[]
}

/** What the access token says of who is signed in. The API asks the same token, and decides. */
function claims(): Claims {
  const part = stored()?.access_token.split('.')[1]
  return part ? (JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/'))) as Claims) : {}
}

/** Whether who is signed in may see that group's pages. */
export function useIsIn(group: Group): boolean {
  return useSyncExternalStore(
    subscribe,
    () => claims()['cognito:groups']?.includes(group) ?? false,
    () => false,
  )
}

/** The id by which the API names who is signed in. */
export function useUserId(): string | undefined {
  return useSyncExternalStore(
    subscribe,
    () => claims().sub,
    () => undefined,
  )
}
