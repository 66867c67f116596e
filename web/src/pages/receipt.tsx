import { useQuery } from '@tanstack/react-query'
import { guest } from '../api/queries'
import type { Booking, Hotel } from '../api/types'
import { BookingFrame } from '../components/booking_frame'
import { Bill, Nights } from '../components/price'
import { roomName, StayFacts } from '../components/stay_summary'
import ui from '../components/ui.module.css'
import { instantAt } from '../format/dates'
import { exact } from '../format/money'
import { text } from '../messages'
import { Link } from '../router'
import confirmed from './confirmed.module.css'
import css from './receipt.module.css'

export default function ReceiptPage({ id }: { id: string }) {
  return (
    <BookingFrame id={id} heading={text.headings.receipt}>
      {({ booking }, hotel) => <Receipt booking={booking} hotel={hotel} />}
    </BookingFrame>
  )
}

function Receipt({ booking, hotel }: { booking: Booking; hotel: Hotel | undefined }) {
  const staying = useQuery(guest(booking.booking_id))
  const { payment, currency } = booking
  return (
    <article className={css.sheet}>
      <header className={css.head}>
        <div>
          <h1>{text.headings.receipt}</h1>
          <p className={confirmed.reference}>{booking.booking_id}</p>
        </div>
        <div>
          <h2>{hotel?.name}</h2>
          <p className={ui.soft}>{hotel?.address ?? hotel?.city}</p>
        </div>
      </header>
      <dl className={ui.tight}>
        <div>
          <dt className={ui.soft}>{text.receipt.issued}</dt>
          <dd>{instantAt(booking.reserved_at, hotel?.timezone)}</dd>
        </div>
        {staying.data && (
          <div>
            <dt className={ui.soft}>{text.receipt.guest}</dt>
            <dd>{staying.data.name}</dd>
          </div>
        )}
      </dl>
      <section className={ui.tight}>
        <h2>{roomName(booking, hotel) || text.receipt.stay}</h2>
        <StayFacts booking={booking} />
      </section>
      <Bill pricing={booking.pricing} currency={currency} />
      <Nights lines={booking.pricing.lines} currency={currency} />
      <section className={ui.tight}>
        <h2>{text.receipt.paid}</h2>
        <dl className={ui.tight}>
          {booking.wallet_paid > 0 && <Tender name={text.price.wallet} amount={exact(booking.wallet_paid, currency)} />}
          {payment && payment.captured > 0 && (
            <Tender name={text.price.card} amount={exact(payment.captured, currency)} note={payment.transaction_id} />
          )}
          {booking.wallet_refunded > 0 && (
            <Tender
              name={`${text.receipt.refunded}, ${text.booking.cancelToWallet}`}
              amount={exact(booking.wallet_refunded, currency)}
            />
          )}
          {payment && payment.refunded > 0 && (
            <Tender
              name={`${text.receipt.refunded}, ${text.booking.cancelToCard}`}
              amount={exact(payment.refunded, currency)}
            />
          )}
        </dl>
      </section>
      <div className={`${ui.row} ${css.tools}`}>
        <button className={ui.button} type="button" onClick={() => print()}>
          {text.receipt.print}
        </button>
        <Link className={ui.quiet} href={`/bookings/${booking.booking_id}`}>
          {text.confirmed.booking}
        </Link>
      </div>
    </article>
  )
}

function Tender({ name, amount, note }: { name: string; amount: string; note?: string | null }) {
  return (
    <div className={ui.between}>
      <dt>
        {name} {note && <span className={ui.soft}>{note}</span>}
      </dt>
      <dd className={ui.numbers}>{amount}</dd>
    </div>
  )
}
