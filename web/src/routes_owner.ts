import { later } from './later'
import { text } from './messages'
import { ownerText } from './messages/owner'
import type { PageRoute } from './routes'

type Words = typeof ownerText.titles

function route(name: string, path: string, title: keyof Words, load: Parameters<typeof later>[0]): PageRoute {
  const heading = ownerText.titles[title]
  return { name, path, ...later(load), title: `${heading} · ${text.brand}`, heading }
}

/** The owners' routes, as those of guests are in routes.ts. */
export const OWNER_ROUTES: readonly PageRoute[] = [
  route('ownerHotels', '/owner/hotels', 'hotels', () => import('./pages/owner_hotels')),
  route('ownerPlace', '/owner/hotels/:id/place', 'place', () => import('./pages/owner_place')),
  route('ownerTerms', '/owner/hotels/:id/terms', 'terms', () => import('./pages/owner_terms')),
  route('ownerRooms', '/owner/hotels/:id/rooms', 'rooms', () => import('./pages/owner_rooms')),
  route('ownerPrices', '/owner/hotels/:id/prices', 'prices', () => import('./pages/owner_prices')),
  route('ownerPictures', '/owner/hotels/:id/pictures', 'pictures', () => import('./pages/owner_pictures')),
  route('ownerReview', '/owner/hotels/:id/review', 'review', () => import('./pages/owner_review')),
  route('ownerRates', '/owner/hotels/:id/rates', 'rates', () => import('./pages/owner_rates')),
  route('ownerBlocks', '/owner/hotels/:id/blocks', 'blocks', () => import('./pages/owner_blocks')),
  route('ownerBoard', '/owner/hotels/:id/board', 'board', () => import('./pages/owner_board')),
  route('ownerArrivals', '/owner/hotels/:id/arrivals', 'arrivals', () => import('./pages/owner_arrivals')),
]
