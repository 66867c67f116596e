/** One booking as the desk has it: who stays, what was paid, what happened, and what can be done. */
import { useQuery } from '@tanstack/react-query'
import { Dialog } from '../components/dialog'
import { Bill } from '../components/price'
import { Bones } from '../components/skeleton'
import ui from '../components/ui.module.css'
import { dateRange, instantAt } from '../format/dates'
import { exact } from '../format/money'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import { DeskActions, StayTag } from './desk_actions'
import { GuestDetails } from './guest_details'
import css from './owner.module.css'
import { deskBooking, deskGuest } from './queries'
import { OwnerTrouble } from './trouble'
import type { DeskBooking, Party } from './types'

const words = ownerText.desk

interface Props {
  bookingId: string
  timezone: string | undefined
  onClose: () => void
}

export function StayDialog({ bookingId, timezone, onClose }: Props) {
  const found = useQuery(deskBooking(bookingId))
  const guest = useQuery(deskGuest(bookingId))
  const heading = guest.data?.name ?? words.booking
  return (
    <Dialog heading={heading} onClose={onClose}>
      {(close) => (
        <>
          {found.error && <OwnerTrouble error={found.error} again={() => void found.refetch()} />}
          {found.data ? (
            <>
              <Stay booking={found.data} />
              {guest.data && <GuestDetails guest={guest.data} />}
              <DeskActions booking={found.data} />
              <details className={css.more}>
                <summary>{words.money}</summary>
                <Bill pricing={found.data.pricing} currency={found.data.currency} />
              </details>
              <Happened booking={found.data} timezone={timezone} />
            </>
          ) : (
            !found.error && <Bones />
          )}
          <p>
            <button className={ui.quiet} type="button" onClick={close}>
              {ownerText.nights.close}
            </button>
          </p>
        </>
      )}
    </Dialog>
  )
}

function Stay({ booking }: { booking: DeskBooking }) {
  const { stay, status } = booking
  const parties = booking.occupancy ?? []
  return (
    <div className={ui.tight}>
      <p className={ui.row}>
        <StayTag stay={{ status, ...stay }} />
        <span>{dateRange(booking.check_in, booking.check_out)}</span>
      </p>
      <p className={ui.soft}>
        {text.counts.nights(booking.nights)} · {text.counts.rooms(booking.rooms)} · {text.counts.guests(booking.guests)}{' '}
        · {exact(booking.pricing.total_payable, booking.currency)}
      </p>
      {(booking.plan || parties.length > 0) && (
        <p className={ui.soft}>{[booking.plan?.name, ...parties.map(partyText)].filter(Boolean).join(' · ')}</p>
      )}
      <p className={css.reference}>{booking.booking_id}</p>
    </div>
  )
}

/** Who sleeps in one of the rooms. */
function partyText({ adults, children }: Party): string {
  return children.length > 0 ? words.family(adults, children) : words.adults(adults)
}

function Happened({ booking, timezone }: { booking: DeskBooking; timezone: string | undefined }) {
  return (
    <details className={css.more}>
      <summary>{text.booking.timeline}</summary>
      <ol className={ui.tight}>
        {booking.history.map((event) => (
          <li key={`${event.at} ${event.status} ${event.stay}`}>
            <p>
              {event.stay
                ? (words.steps[event.stay as keyof typeof words.steps] ?? event.stay)
                : text.booking.event[event.status as keyof typeof text.booking.event]}
            </p>
            <p className={ui.soft}>
              {instantAt(event.at, timezone)}
              {event.note && ` · ${event.note}`}
            </p>
          </li>
        ))}
      </ol>
    </details>
  )
}
