import { useQuery } from '@tanstack/react-query'
import { type ComponentProps, useState } from 'react'
import ui from '../components/ui.module.css'
import { ownerText } from '../messages/owner'
import { HistoryDialog } from '../owner/history'
import { HotelFrame, hotelDay, Loaded, soldBy } from '../owner/hotel_frame'
import { ends, MonthGrid, type Range } from '../owner/month_grid'
import { firstOf, lastOf, monthName, monthOf, shiftMonth } from '../owner/months'
import { rangeText } from '../owner/moves'
import { NightsDialog } from '../owner/nights_dialog'
import css from '../owner/owner.module.css'
import { nights } from '../owner/queries'
import type { Draft, OwnNight, OwnRoomType } from '../owner/types'
import { Link } from '../router'

const words = ownerText.rates
const MONTHS_AHEAD = 20

export default function OwnerRatesPage({ id }: { id: string }) {
  return (
    <HotelFrame id={id} page="rates" lead={words.lead}>
      {(hotel) => <Rates hotel={hotel} />}
    </HotelFrame>
  )
}

interface Chosen extends Range {
  room: string
}

function Rates({ hotel }: { hotel: Draft }) {
  const today = hotelDay(hotel)
  const [month, setMonth] = useState(() => monthOf(today))
  const [chosen, setChosen] = useState<Chosen>()
  const [editing, setEditing] = useState(false)
  const [history, setHistory] = useState<OwnRoomType>()
  const first = month === monthOf(today) ? today : firstOf(month)
  const found = useQuery(nights(hotel.property_id, first, lastOf(month)))
  const rooms = hotel.room_types
  const { currency } = soldBy(hotel)
  if (rooms.length === 0) {
    return (
      <div className={ui.notice}>
        <p>{words.noRooms}</p>
        <Link href={`/owner/hotels/${hotel.property_id}/rooms`}>{ownerText.titles.rooms}</Link>
      </div>
    )
  }
  const range = chosen && ends(chosen)
  const room = rooms.find((one) => one.room_type_id === chosen?.room)
  const wanted = {
    rooms: room ? [room.room_type_id] : rooms.map((one) => one.room_type_id),
    change: { first_night: range?.first ?? first, last_night: range?.last ?? lastOf(month) },
  }
  return (
    <>
      <div className={css.monthBar}>
        <button
          className={css.arrow}
          type="button"
          aria-label={words.earlier}
          disabled={month <= monthOf(today)}
          onClick={() => setMonth(shiftMonth(month, -1))}
        >
          ‹
        </button>
        <label className={ui.field}>
          <span className={ui.hidden}>{words.month}</span>
          <select className={ui.input} value={month} onChange={(event) => setMonth(event.target.value)}>
            {Array.from({ length: MONTHS_AHEAD }, (_, ahead) => shiftMonth(monthOf(today), ahead)).map((one) => (
              <option key={one} value={one}>
                {monthName(one)}
              </option>
            ))}
          </select>
        </label>
        <button
          className={css.arrow}
          type="button"
          aria-label={words.later}
          disabled={month >= shiftMonth(monthOf(today), MONTHS_AHEAD - 1)}
          onClick={() => setMonth(shiftMonth(month, 1))}
        >
          ›
        </button>
        <button className={`${ui.button} ${ui.small}`} type="button" onClick={() => setEditing(true)}>
          {room && range ? words.change : words.changeRange}
        </button>
      </div>
      <p className={ui.soft} role="status">
        {room && range ? `${room.name}: ${rangeText(range.first, range.last)}` : words.hint}
      </p>
      <Loaded found={found}>
        {({ values }) => (
          <div className={css.months}>
            {rooms.map((one) => (
              <section className={ui.tight} key={one.room_type_id} aria-label={one.name}>
                <div className={ui.between}>
                  <h2 className={css.cardName}>{one.name}</h2>
                  <button className={ui.link} type="button" onClick={() => setHistory(one)}>
                    {words.history}
                    <span className={ui.hidden}> {one.name}</span>
                  </button>
                </div>
                <OneMonth
                  nights={nightsOfRoom(values, one.room_type_id)}
                  label={`${one.name}, ${monthName(month)}`}
                  month={month}
                  currency={currency}
                  range={chosen?.room === one.room_type_id ? chosen : undefined}
                  onChange={(next) => setChosen({ room: one.room_type_id, ...next })}
                />
              </section>
            ))}
          </div>
        )}
      </Loaded>
      <p className={ui.soft}>{words.legend}</p>
      {editing && <NightsDialog rooms={rooms} currency={currency} wanted={wanted} onClose={() => setEditing(false)} />}
      {history && <HistoryDialog hotel={hotel} room={history} onClose={() => setHistory(undefined)} />}
    </>
  )
}

/** A month that has no nights yet: the calendar opens with the approval, or with the first price in it. */
function OneMonth(grid: ComponentProps<typeof MonthGrid>) {
  return grid.nights.size > 0 ? <MonthGrid {...grid} /> : <p className={ui.notice}>{words.notOpen}</p>
}

function nightsOfRoom(values: readonly OwnNight[], roomTypeId: string): ReadonlyMap<string, OwnNight> {
  return new Map(values.filter((one) => one.room_type_id === roomTypeId).map((one) => [one.night, one]))
}
