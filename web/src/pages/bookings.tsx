import { useInfiniteQuery } from '@tanstack/react-query'
import { answer, own } from '../api/client'
import { isHold } from '../api/queries'
import type { Booking } from '../api/types'
import { useSignedIn } from '../auth/session'
import { More } from '../components/more'
import { Bones } from '../components/skeleton'
import { StatusTag } from '../components/status'
import { SignInAsked, Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { dateRange } from '../format/dates'
import { money } from '../format/money'
import { text } from '../messages'
import { placeName } from '../names'
import { Link } from '../router'
import css from './bookings.module.css'

export default function BookingsPage() {
  const name = useSignedIn()
  return (
    <div className={ui.stack}>
      <h1>{text.headings.bookings}</h1>
      {name ? <List /> : <SignInAsked />}
    </div>
  )
}

function List() {
  const found = useInfiniteQuery({
    queryKey: ['bookings'],
    queryFn: ({ pageParam }) =>
      answer(own().GET('/bookings', { params: { query: pageParam ? { cursor: pageParam } : {} } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />
  if (!found.data) return <Bones />
  const bookings = found.data.pages.flatMap((page) => page.bookings)
  if (bookings.length === 0) {
    return (
      <div className={ui.notice}>
        <p>{text.bookings.none}</p>
        <p className={ui.soft}>{text.bookings.noneHint}</p>
        <Link className={ui.button} href="/">
          {text.bookings.find}
        </Link>
      </div>
    )
  }
  return (
    <>
      <ul className={css.list}>
        {bookings.map((booking) => (
          <li key={booking.booking_id}>
            <Row booking={booking} />
          </li>
        ))}
      </ul>
      <More of={found} label={text.bookings.more} />
    </>
  )
}

function Row({ booking }: { booking: Booking }) {
  const path = `/bookings/${booking.booking_id}`
  return (
    <article className={css.booking}>
      <div>
        <h2>
          <Link href={isHold(booking) ? `${path}/guest` : path}>{placeName(booking.property_id)}</Link>
        </h2>
        <p className={ui.soft}>
          {dateRange(booking.check_in, booking.check_out)} · {text.counts.nights(booking.nights)},{' '}
          {text.counts.rooms(booking.rooms)}
        </p>
      </div>
      <div className={css.end}>
        <span className={ui.numbers}>{money(booking.pricing.total_payable, booking.currency)}</span>
        <StatusTag status={booking.status} />
      </div>
    </article>
  )
}
