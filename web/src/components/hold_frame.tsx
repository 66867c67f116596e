import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import { answer, own } from '../api/client'
import { at, hotel as hotelQuery, isHold, type SeenBooking, useBooking, useKeepBooking } from '../api/queries'
import type { Booking, Hotel } from '../api/types'
import { text } from '../messages'
import { useLocation } from '../router'
import css from './hold_frame.module.css'
import { Bones } from './skeleton'
import { StaySummary } from './stay_summary'
import { Timer, useSecondsLeft } from './timer'
import { Trouble } from './trouble'
import ui from './ui.module.css'

interface Held {
  booking: Booking
  hotel: Hotel | undefined
}

interface Props {
  id: string
  step: number
  heading: string
  children: (held: Held) => ReactNode
  /** Money may be on its way: then the end of the time does not take the page away. */
  busy?: boolean
}

/** The pages between hold and confirmation: the steps, the server's timer, and what to do when it has run out. */
export function HoldFrame(props: Props) {
  const found = useBooking(props.id)
  const propertyId = found.data?.booking.property_id ?? ''
  const hotel = useQuery({ ...hotelQuery(propertyId), enabled: propertyId !== '' })
  if (found.data) return <Held {...props} seen={found.data} hotel={hotel.data} />
  return (
    <div className={ui.stack}>
      <h1>{props.heading}</h1>
      {found.error ? <Trouble error={found.error} again={() => void found.refetch()} /> : <Bones />}
    </div>
  )
}

function Held({ id, step, heading, children, busy, seen, hotel }: Props & { seen: SeenBooking; hotel?: Hotel }) {
  const [, go] = useLocation()
  const seconds = useSecondsLeft(seen)
  const { booking } = seen
  const confirmed = booking.status === 'confirmed'
  const cancelled = booking.status === 'cancelled'
  useEffect(() => {
    if (confirmed) go(`/bookings/${id}/confirmed`, { replace: true })
    if (cancelled) go(`/bookings/${id}`, { replace: true })
  }, [confirmed, cancelled, go, id])
  if (confirmed || cancelled) return <Bones />
  const ended = !isHold(booking) || (seconds < 0 && !busy)
  return (
    <div className={ui.stack}>
      <div className={css.bar}>
        <Steps current={step} />
        <Timer seconds={ended ? 0 : seconds} />
      </div>
      {ended ? (
        <Expired booking={booking} hotel={hotel} />
      ) : (
        <>
          <h1>{heading}</h1>
          {children({ booking, hotel })}
        </>
      )}
    </div>
  )
}

export function Steps({ current }: { current: number }) {
  return (
    <ol className={css.steps} aria-label={text.hold.stepsLabel}>
      {text.hold.steps.map((name, index) => (
        <li key={name} aria-current={index === current ? 'step' : undefined}>
          <span className={css.name}>{name}</span>
        </li>
      ))}
    </ol>
  )
}

export function Columns({ children, side }: { children: ReactNode; side: ReactNode }) {
  return (
    <div className={css.columns}>
      <div>{children}</div>
      <div className={css.side}>{side}</div>
    </div>
  )
}

function Expired({ booking, hotel }: { booking: Booking; hotel?: Hotel }) {
  return (
    <Columns side={<StaySummary booking={booking} hotel={hotel} />}>
      <div className={ui.stack}>
        <h1>{text.hold.expiredHeading}</h1>
        <p className={ui.lead}>{text.hold.expiredText}</p>
        <Revive booking={booking} />
      </div>
    </Columns>
  )
}

/** Holds an ended hold's stay again. A double tap is one hold: the API derives its key from the old one. */
export function Revive({ booking }: { booking: Booking }) {
  const [, go] = useLocation()
  const keep = useKeepBooking()
  const reviving = useMutation({
    mutationFn: () => answer(own().POST('/bookings/{booking_id}/revive', at(booking.booking_id))),
    onSuccess: (fresh) => {
      keep(fresh)
      go(`/bookings/${fresh.booking_id}/guest`)
    },
  })
  return (
    <>
      {reviving.error && <Trouble error={reviving.error} />}
      <p>
        <button
          className={ui.button}
          type="button"
          aria-disabled={reviving.isPending}
          onClick={() => reviving.isPending || reviving.mutate()}
        >
          {reviving.isPending ? text.hold.reviving : text.hold.revive}
        </button>
      </p>
    </>
  )
}
