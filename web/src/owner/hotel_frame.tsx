import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Bones } from '../components/skeleton'
import ui from '../components/ui.module.css'
import { shiftDate, todayIn } from '../format/dates'
import { ownerText } from '../messages/owner'
import { Link } from '../router'
import { ForOwners } from './frame'
import css from './owner.module.css'
import { draft } from './queries'
import { OwnerTrouble } from './trouble'
import type { Draft } from './types'

export const RUN_PAGES = ['arrivals', 'board', 'rates', 'blocks'] as const

interface Props {
  id: string
  page: (typeof RUN_PAGES)[number]
  lead: string
  children: (hotel: Draft) => ReactNode
}

/** A page that runs a hotel: its name, the way to its other pages, and what is below once the hotel is known. */
export function HotelFrame({ id, page, lead, children }: Props) {
  const heading = ownerText.titles[page]
  return (
    <ForOwners heading={heading}>
      <Known id={id} page={page} lead={lead}>
        {children}
      </Known>
    </ForOwners>
  )
}

function Known({ id, page, lead, children }: Props) {
  const found = useQuery(draft(id))
  return (
    <div className={ui.stack}>
      <div className={css.head}>
        <div className={ui.tight}>
          <p className={ui.eyebrow}>{found.data?.name ?? ' '}</p>
          <h1>{ownerText.titles[page]}</h1>
        </div>
        <RunLinks id={id} current={page} />
      </div>
      <p className={ui.lead}>{lead}</p>
      <Loaded found={found}>{children}</Loaded>
    </div>
  )
}

export function RunLinks({ id, current }: { id: string; current?: string }) {
  return (
    <nav className={css.tabs} aria-label={ownerText.run.label}>
      {RUN_PAGES.map((one) => (
        <Link key={one} href={`/owner/hotels/${id}/${one}`} aria-current={one === current ? 'page' : undefined}>
          {ownerText.titles[one]}
        </Link>
      ))}
    </nav>
  )
}

/** What the hotel sells by: as it is public, and before that as its draft says. */
export function soldBy(hotel: Draft) {
  const { timezone, currency, day_ends_at } = hotel.published ?? hotel
  return { timezone: timezone ?? 'UTC', currency: currency ?? 'INR', day_ends_at }
}

/** The hotel's day: before the hour at which it ends, "04:00", it is still yesterday's. */
export function hotelDay(hotel: Draft): string {
  const { timezone, day_ends_at } = soldBy(hotel)
  const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: timezone }).format(new Date())
  const today = todayIn(timezone)
  return time < day_ends_at ? shiftDate(today, -1) : today
}

/** The answer, or its trouble, or grey lines. */
export function Loaded<T>({ found, children }: { found: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (found.data !== undefined) return children(found.data)
  if (found.error) return <OwnerTrouble error={found.error} again={() => void found.refetch()} />
  return <Bones />
}
