import { type ComponentType, lazy } from 'react'
import type { text } from './messages'

type Page = ComponentType<{ id: string }>
type Loaded = Promise<{ default: Page }>

export interface PageRoute {
  /** The name of its shell, `<name>.html`, and of its title. */
  name: keyof typeof text.titles
  path: string
  page: Page
}

function route(name: PageRoute['name'], path: string, load: () => Loaded): PageRoute {
  return { name, path, page: lazy(load) }
}

/** One route, one shell, one chunk. The distribution's function knows the same paths: a test compares them. */
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
  route('signedIn', '/signed-in', () => import('./pages/signed_in')),
]

export const MISSING: PageRoute = route('missing', '*', () => import('./pages/missing'))
