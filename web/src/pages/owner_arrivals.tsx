import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { download } from '../calendar_file'
import { More } from '../components/more'
import { Bones } from '../components/skeleton'
import ui from '../components/ui.module.css'
import { isElsewhere, longDate, shortDate, zoneName } from '../format/dates'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import { DayBar } from '../owner/day_bar'
import { actionsOf, StayTag, useDesk } from '../owner/desk_actions'
import { GuestDetails } from '../owner/guest_details'
import { HotelFrame, hotelDay, soldBy } from '../owner/hotel_frame'
import { arrivalsTable, useArrivals } from '../owner/queries'
import { StayDialog } from '../owner/stay_dialog'
import { OwnerTrouble } from '../owner/trouble'
import type { Arrival, Draft } from '../owner/types'

const words = ownerText.arrivals

export default function OwnerArrivalsPage({ id }: { id: string }) {
  return (
    <HotelFrame id={id} page="arrivals" lead={words.lead}>
      {(hotel) => <Arrivals hotel={hotel} />}
    </HotelFrame>
  )
}

function Arrivals({ hotel }: { hotel: Draft }) {
  const { timezone } = soldBy(hotel)
  const [chosen, setDate] = useState<string>()
  const found = useArrivals(hotel.property_id, chosen)
  const date = chosen ?? found.data?.pages[0]?.date ?? hotelDay(hotel)
  const [open, setOpen] = useState<string>()
  const fetching = useMutation({
    mutationFn: () => arrivalsTable(hotel.property_id, date),
    onSuccess: (table) => download(`arrivals-${date}.csv`, table, 'text/csv'),
  })
  const list = found.data?.pages.flatMap((page) => page.arrivals) ?? []
  return (
    <>
      <DayBar date={date} onChange={setDate} words={words.bar}>
        <button className={`${ui.quiet} ${ui.small}`} type="button" onClick={() => fetching.mutate()}>
          {words.csv}
        </button>
      </DayBar>
      {fetching.error && <OwnerTrouble error={fetching.error} />}
      <h2>{longDate(date)}</h2>
      {found.error && <OwnerTrouble error={found.error} again={() => void found.refetch()} />}
      {!found.data ? (
        !found.error && <Bones />
      ) : list.length === 0 ? (
        <p className={ui.notice}>{words.none}</p>
      ) : (
        <>
          <p className={ui.soft} role="status">
            {words.count(list.length)}
          </p>
          <ul className={ui.tight}>
            {list.map((arrival) => (
              <li key={arrival.booking_id}>
                <ArrivalCard hotel={hotel} arrival={arrival} onOpen={() => setOpen(arrival.booking_id)} />
              </li>
            ))}
          </ul>
        </>
      )}
      <More of={found} label={words.more} />
      {isElsewhere(timezone) && <p className={ui.soft}>{text.localTime(zoneName(timezone))}</p>}
      {open && <StayDialog bookingId={open} timezone={timezone} onClose={() => setOpen(undefined)} />}
    </>
  )
}

function ArrivalCard({ hotel, arrival, onOpen }: { hotel: Draft; arrival: Arrival; onOpen: () => void }) {
  const desk = useDesk(arrival.booking_id)
  const name = arrival.guest?.name ?? words.nameless
  const room = hotel.room_types.find((one) => one.room_type_id === arrival.room_type_id)
  const [first] = actionsOf(arrival)
  const hidden = <span className={ui.hidden}> {name}</span>
  return (
    <article className={`${ui.card} ${ui.tight}`}>
      <div className={ui.between}>
        <h3>{name}</h3>
        <StayTag stay={arrival} />
      </div>
      <p>
        {room?.name ?? arrival.room_type_id} · {text.counts.rooms(arrival.rooms)} · {text.counts.guests(arrival.guests)}{' '}
        · {words.leaves(shortDate(arrival.check_out))}
      </p>
      {arrival.guest && <GuestDetails guest={arrival.guest} />}
      {desk.error && <OwnerTrouble error={desk.error} />}
      <div className={ui.row}>
        {(first === 'check_in' || first === 'check_out') && (
          <button
            className={`${ui.button} ${ui.small}`}
            type="button"
            aria-disabled={desk.isPending}
            onClick={() => desk.isPending || desk.mutate({ action: first, reason: '' })}
          >
            {desk.isPending ? text.loading : ownerText.desk.actions[first]}
            {hidden}
          </button>
        )}
        <button className={`${ui.quiet} ${ui.small}`} type="button" onClick={onOpen}>
          {words.open}
          {hidden}
        </button>
      </div>
    </article>
  )
}
