import { type ComponentType, lazy } from 'react'
import { adminText } from './messages/admin'
import type { PageRoute } from './routes'

type Words = typeof adminText.titles

function route(
  name: `admin${string}`,
  path: string,
  title: keyof Words,
  load: () => Promise<{ default: ComponentType<{ id: string }> }>,
): PageRoute {
  return {
    name,
    path,
    page: lazy(load),
    title: `${adminText.titles[title]} · Holdfast`,
    heading: adminText.titles[title],
  }
}

/** The admins' routes, as those of guests are in routes.ts. */
export const ADMIN_ROUTES: readonly PageRoute[] = [
  route('adminReviews', '/admin/reviews', 'reviews', () => import('./pages/admin_reviews')),
  route('adminReview', '/admin/reviews/:id', 'review', () => import('./pages/admin_review')),
  route('adminPayments', '/admin/payments', 'payments', () => import('./pages/admin_payments')),
  route('adminBookings', '/admin/bookings', 'bookings', () => import('./pages/admin_bookings')),
  route('adminBooking', '/admin/bookings/:id', 'booking', () => import('./pages/admin_booking')),
  route('adminFigures', '/admin/figures', 'figures', () => import('./pages/admin_figures')),
]
