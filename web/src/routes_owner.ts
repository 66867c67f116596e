import { type ComponentType, lazy } from 'react'
import { ownerText } from './messages/owner'
import type { PageRoute } from './routes'

type Words = typeof ownerText.titles

function route(
  name: `owner${string}`,
  path: string,
  title: keyof Words,
  load: () => Promise<{ default: ComponentType<{ id: string }> }>,
): PageRoute {
  return {
    name,
    path,
    page: lazy(load),
    title: `${ownerText.titles[title]} · Holdfast`,
    heading: ownerText.titles[title],
  }
}

/** The owners' routes, as those of guests are in routes.ts. */
export const OWNER_ROUTES: readonly PageRoute[] = [
  route('ownerHotels', '/owner/hotels', 'hotels', () => import('./pages/owner_hotels')),
]
