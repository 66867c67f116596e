import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { guest, isHold, type SeenBooking } from '../api/queries'
import type { Booking, Hotel } from '../api/types'
import { BookingFrame } from '../components/booking_frame'
import { CalendarButton } from '../components/calendar_button'
import { Columns, Revive } from '../components/hold_frame'
import { Policy } from '../components/policy'
import { Bill, Nights } from '../components/price'
import { StatusTag } from '../components/status'
import { StaySummary } from '../components/stay_summary'
import { Timer, useSecondsLeft } from '../components/timer'
import ui from '../components/ui.module.css'
import { instantAt, isElsewhere, zoneName } from '../format/dates'
import { exact } from '../format/money'
import { text } from '../messages'
import { Link } from '../router'
import css from './booking.module.css'
import confirmed from './confirmed.module.css'

const CancelDialog = lazy(() => import('../components/cancel_dialog'))

export default function BookingPage({ id }: { id: string }) {
  return (
    <BookingFrame id={id} heading={text.headings.booking}>
      {(seen, hotel) => <BookingShown seen={seen} hotel={hotel} />}
    </BookingFrame>
  )
}

function BookingShown({ seen, hotel }: { seen: SeenBooking; hotel: Hotel | undefined }) {
  const { booking } = seen
  const path = `/bookings/${booking.booking_id}`
  return (
    <Columns
      side={
        <StaySummary booking={booking} hotel={hotel}>
          <Bill pricing={booking.pricing} currency={booking.currency} />
          <Nights lines={booking.pricing.lines} currency={booking.currency} />
        </StaySummary>
      }
    >
      <div className={ui.stack}>
        <div className={ui.tight}>
          <div className={ui.row}>
            <StatusTag status={booking.status} />
            {isHold(booking) && <HoldTimer seen={seen} />}
          </div>
          <h1>{hotel?.name ?? text.headings.booking}</h1>
          <p className={confirmed.reference}>{booking.booking_id}</p>
        </div>
        <Refunds booking={booking} />
        <Actions booking={booking} hotel={hotel} path={path} />
        <Staying id={booking.booking_id} />
        {booking.status === 'confirmed' && (
          <section className={ui.tight}>
            <h2>{text.booking.policy}</h2>
            <Policy steps={booking.cancellation_policy} checkIn={booking.check_in} />
          </section>
        )}
        <Timeline booking={booking} hotel={hotel} />
      </div>
    </Columns>
  )
}

function HoldTimer({ seen }: { seen: SeenBooking }) {
  return <Timer seconds={useSecondsLeft(seen)} />
}

function Refunds({ booking }: { booking: Booking }) {
  if (booking.status !== 'cancelled' || !booking.cancellation) return null
  const { refund_amount } = booking.cancellation
  return (
    <div className={ui.good}>
      {refund_amount > 0 && <p>{text.booking.refunded(exact(refund_amount, booking.currency))}</p>}
      {booking.refund_pending ? (
        <p>{text.booking.refundPending(exact(booking.refund_pending, booking.currency))}</p>
      ) : null}
      {refund_amount === 0 && <p>{text.policy.never}</p>}
    </div>
  )
}

function Actions({ booking, hotel, path }: { booking: Booking; hotel: Hotel | undefined; path: string }) {
  const [asking, setAsking] = useState(false)
  const hold = isHold(booking)
  const cancellable = hold || (booking.status === 'confirmed' && !booking.stay?.checked_in_at)
  if (booking.status === 'expired') return <Revive booking={booking} />
  return (
    <div className={ui.row}>
      {hold && (
        <Link className={ui.button} href={`${path}/guest`}>
          {text.booking.pay}
        </Link>
      )}
      {booking.status === 'confirmed' && <CalendarButton booking={booking} hotel={hotel} />}
      {(booking.status === 'confirmed' || booking.status === 'cancelled') && (
        <Link className={ui.quiet} href={`${path}/receipt`}>
          {text.confirmed.receipt}
        </Link>
      )}
      {cancellable && (
        <button className={ui.quiet} type="button" onClick={() => setAsking(true)}>
          {hold ? text.booking.cancelHold : text.booking.cancel}
        </button>
      )}
      {asking && (
        <Suspense>
          <CancelDialog booking={booking} timezone={hotel?.timezone} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </div>
  )
}

function Staying({ id }: { id: string }) {
  const known = useQuery(guest(id))
  if (!known.data) return null
  const { name, email, phone, arrival_time, wishes } = known.data
  return (
    <section className={ui.tight}>
      <h2>{text.booking.guest}</h2>
      <div className={ui.soft}>
        {[name, email, phone, arrival_time && `${text.guest.arrival} ${arrival_time}`, wishes].map(
          (said) => said && <p key={said}>{said}</p>,
        )}
      </div>
    </section>
  )
}

function Timeline({ booking, hotel }: { booking: Booking; hotel: Hotel | undefined }) {
  return (
    <section className={ui.stack}>
      <h2>{text.booking.timeline}</h2>
      <ol className={css.timeline}>
        {booking.history.map((event, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a history only grows at its end
          <li key={index}>
            {event.status === booking.history[index - 1]?.status && event.note ? (
              <p>{event.note}</p>
            ) : (
              <>
                <p>{text.booking.event[event.status]}</p>
                {event.note && <p className={ui.soft}>{event.note}</p>}
              </>
            )}
            <p className={ui.soft}>
              <time dateTime={event.at}>{instantAt(event.at, hotel?.timezone)}</time>
            </p>
          </li>
        ))}
      </ol>
      {hotel && isElsewhere(hotel.timezone) && <p className={ui.soft}>{text.localTime(zoneName(hotel.timezone))}</p>}
    </section>
  )
}
