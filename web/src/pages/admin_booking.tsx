import { useQuery } from '@tanstack/react-query'
import { Desk } from '../admin/desk'
import { Code, Facts, ForAdmins } from '../admin/frame'
import { type DeskBooking, deskBooking } from '../admin/queries'
import { Ledger, Story, Waiting } from '../admin/story'
import { Columns } from '../components/hold_frame'
import { Bill, Nights } from '../components/price'
import { Bones } from '../components/skeleton'
import { StatusTag } from '../components/status'
import { Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { dateRange, instantAt } from '../format/dates'
import { exact } from '../format/money'
import { text } from '../messages'
import { adminText } from '../messages/admin'
import { placeName } from '../names'
import { Link } from '../router'

const words = adminText.booking

export default function AdminBookingPage({ id }: { id: string }) {
  return (
    <ForAdmins heading={adminText.titles.booking}>
      <Booking id={id} />
    </ForAdmins>
  )
}

function Booking({ id }: { id: string }) {
  const found = useQuery(deskBooking(id))
  const booking = found.data
  if (!booking) {
    return (
      <div className={ui.stack}>
        <h1>{adminText.titles.booking}</h1>
        {found.error ? <Trouble error={found.error} again={() => void found.refetch()} /> : <Bones />}
        <p>
          <Link href="/admin/bookings">{adminText.bookings.back}</Link>
        </p>
      </div>
    )
  }
  return (
    <Columns side={<Side booking={booking} />}>
      <div className={ui.stack}>
        <div className={ui.tight}>
          <p>
            <StatusTag status={booking.status} />
          </p>
          <h1>{placeName(booking.property_id)}</h1>
          <p>
            <Code>{booking.booking_id}</Code>
          </p>
        </div>
        <section className={ui.tight}>
          <h2>{words.desk}</h2>
          <Desk booking={booking} />
        </section>
        <Waiting booking={booking} />
        <Story booking={booking} />
        <Ledger booking={booking} />
        <p>
          <Link href="/admin/bookings">{adminText.bookings.back}</Link>
        </p>
      </div>
    </Columns>
  )
}

function Side({ booking }: { booking: DeskBooking }) {
  const { currency } = booking
  return (
    <div className={ui.stack}>
      <section className={`${ui.card} ${ui.tight}`}>
        <h2>{words.stay}</h2>
        <p>
          {dateRange(booking.check_in, booking.check_out)}
          <br />
          {[
            text.counts.nights(booking.nights),
            text.counts.rooms(booking.rooms),
            text.counts.guests(booking.guests),
          ].join(', ')}
        </p>
        <Facts
          of={[
            [words.property, <Code key="hotel">{booking.property_id}</Code>],
            [words.room, <Code key="room">{booking.room_type_id}</Code>],
            [words.guest, booking.user_id && <Code key="guest">{booking.user_id}</Code>],
            [words.reserved, instantAt(booking.reserved_at, undefined)],
            [words.expires, instantAt(booking.expires_at, undefined)],
            [words.version, booking.version],
          ]}
        />
      </section>
      <section className={`${ui.card} ${ui.tight}`}>
        <h2>{words.price}</h2>
        <Bill pricing={booking.pricing} currency={currency} />
        <Nights lines={booking.pricing.lines} currency={currency} />
      </section>
      <section className={`${ui.card} ${ui.tight}`}>
        <h2>{words.money}</h2>
        <Money booking={booking} />
      </section>
    </div>
  )
}

function Money({ booking }: { booking: DeskBooking }) {
  const { payment, currency } = booking
  const facts = words.facts
  const said = (amount: number | null | undefined) => (amount ? exact(amount, currency) : undefined)
  return (
    <>
      {!payment && <p className={ui.soft}>{words.noGateway}</p>}
      <Facts
        of={[
          [facts.mode, booking.payment_mode && (words.modes[booking.payment_mode] ?? booking.payment_mode)],
          [facts.wallet, said(booking.wallet_paid)],
          [facts.walletBack, said(booking.wallet_refunded)],
          ...(payment
            ? ([
                [facts.amount, exact(payment.amount, currency)],
                [facts.authorised, said(payment.authorised)],
                [facts.captured, said(payment.captured)],
                [facts.refunded, said(payment.refunded)],
                [facts.outside, said(payment.refunded_outside)],
                [facts.dispute, payment.dispute],
                [adminText.payments.facts.gateway, payment.gateway],
                [facts.order, <Code key="order">{payment.gateway_order_id}</Code>],
                [
                  facts.transaction,
                  payment.transaction_id && payment.transaction_id !== payment.gateway_order_id && (
                    <Code key="transaction">{payment.transaction_id}</Code>
                  ),
                ],
              ] as const)
            : []),
          [facts.pending, said(booking.refund_pending)],
          [facts.cash, said(booking.cash_refund)],
        ]}
      />
    </>
  )
}
