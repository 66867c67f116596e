import type { ReactNode } from 'react'
import type { Booking, Hotel } from '../api/types'
import { longDate } from '../format/dates'
import { text } from '../messages'
import css from './hold_frame.module.css'
import { Shown } from './scene'
import ui from './ui.module.css'

/** What is booked, in a card; the bill goes inside. */
export function StaySummary({ booking, hotel, children }: { booking: Booking; hotel?: Hotel; children?: ReactNode }) {
  return (
    <section className={`${ui.card} ${ui.tight}`} aria-label={text.hold.stay}>
      <div className={css.art}>
        <Shown picture={hotel?.pictures?.[0]} seed={booking.property_id} sizes="22rem" />
      </div>
      <div>
        <h2>{hotel?.name ?? text.hold.stay}</h2>
        <p className={ui.soft}>{roomName(booking, hotel)}</p>
      </div>
      <StayFacts booking={booking} />
      {children}
    </section>
  )
}

export function StayFacts({ booking }: { booking: Booking }) {
  return (
    <dl className={css.facts}>
      <dt>{text.search.checkIn}</dt>
      <dd>{longDate(booking.check_in)}</dd>
      <dt>{text.search.checkOut}</dt>
      <dd>{longDate(booking.check_out)}</dd>
      <dt>{text.hold.stay}</dt>
      <dd>
        {text.counts.nights(booking.nights)}, {text.counts.rooms(booking.rooms)}, {text.counts.guests(booking.guests)}
      </dd>
    </dl>
  )
}

export function roomName(booking: Booking, hotel: Hotel | undefined): string {
  const room = hotel?.room_types.find((one) => one.room_type_id === booking.room_type_id)
  return [room?.name, booking.plan?.name].filter(Boolean).join(', ')
}
