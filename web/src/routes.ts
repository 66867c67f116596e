import type { ComponentType } from 'react'
import { later } from './later'
import { text } from './messages'

export interface PageRoute {
  /** The name of its shell, `<name>.html`, and of its file. */
  name: string
  path: string
  page: ComponentType<{ id: string }>
  /** Fetches the page's chunk, so that it is shown without waiting. */
  ready?: () => Promise<unknown>
  title: string
  /** Shown while its chunk is on the way, where `Skeleton` knows no better. */
  heading?: string
}

function route(name: keyof typeof text.titles, path: string, load: Parameters<typeof later>[0]): PageRoute {
  return { name, path, ...later(load), title: text.titles[name] }
}

/**
 * The guest's routes: one route, one shell, one chunk. Those of owners are in routes_owner.ts, which no guest loads. The
 * distribution's function knows the same paths: a test compares them.
 */
export const ROUTES: readonly PageRoute[] = [
  route('home', '/', () => import('./pages/home')),
  route('search', '/search', () => import('./pages/search')),
  route('hotel', '/hotels/:id', () => import('./pages/hotel')),
  route('hold', '/hold', () => import('./pages/hold')),
  route('bookings', '/bookings', () => import('./pages/bookings')),
  route('booking', '/bookings/:id', () => import('./pages/booking')),
  route('guest', '/bookings/:id/guest', () => import('./pages/guest')),
  route('pay', '/bookings/:id/pay', () => import('./pages/pay')),
  route('confirmed', '/bookings/:id/confirmed', () => import('./pages/confirmed')),
  route('receipt', '/bookings/:id/receipt', () => import('./pages/receipt')),
  route('wallet', '/wallet', () => import('./pages/wallet')),
  route('proof', '/proof', () => import('./pages/proof')),
  route('signedIn', '/signed-in', () => import('./pages/signed_in')),
]

export const MISSING: PageRoute = route('missing', '*', () => import('./pages/missing'))
