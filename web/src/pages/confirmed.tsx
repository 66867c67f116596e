import { useEffect } from 'react'
import type { Booking, Hotel } from '../api/types'
import { BookingFrame } from '../components/booking_frame'
import { CalendarButton } from '../components/calendar_button'
import { Columns, Steps } from '../components/hold_frame'
import { Policy } from '../components/policy'
import { Bill, Nights } from '../components/price'
import { StaySummary } from '../components/stay_summary'
import ui from '../components/ui.module.css'
import { text } from '../messages'
import { Link, useLocation } from '../router'
import css from './confirmed.module.css'

export default function ConfirmedPage({ id }: { id: string }) {
  return (
    <BookingFrame id={id} heading={text.headings.confirmed}>
      {({ booking }, hotel) => <Confirmed booking={booking} hotel={hotel} />}
    </BookingFrame>
  )
}

function Confirmed({ booking, hotel }: { booking: Booking; hotel: Hotel | undefined }) {
  const [, go] = useLocation()
  const path = `/bookings/${booking.booking_id}`
  const confirmed = booking.status === 'confirmed'
  useEffect(() => {
    if (!confirmed) go(path, { replace: true })
  }, [confirmed, go, path])
  return (
    <div className={ui.stack}>
      <Steps current={2} />
      <Columns
        side={
          <StaySummary booking={booking} hotel={hotel}>
            <Bill pricing={booking.pricing} currency={booking.currency} />
            <Nights lines={booking.pricing.lines} currency={booking.currency} />
          </StaySummary>
        }
      >
        <div className={ui.stack}>
          <div className={css.hero}>
            <h1>{text.headings.confirmed}</h1>
            <p className={ui.lead}>{text.confirmed.lead(hotel?.name ?? '')}</p>
            <dl>
              <dt className={ui.soft}>{text.confirmed.reference}</dt>
              <dd className={css.reference}>{booking.booking_id}</dd>
            </dl>
          </div>
          <div className={ui.row}>
            <Link className={ui.button} href={path}>
              {text.confirmed.booking}
            </Link>
            <Link className={ui.quiet} href={`${path}/receipt`}>
              {text.confirmed.receipt}
            </Link>
            <CalendarButton booking={booking} hotel={hotel} />
          </div>
          <section className={ui.tight}>
            <h2>{text.booking.policy}</h2>
            <Policy steps={booking.cancellation_policy} checkIn={booking.check_in} />
          </section>
        </div>
      </Columns>
    </div>
  )
}
