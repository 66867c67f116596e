import { useState } from 'react'
import { More } from '../components/more'
import { Bones } from '../components/skeleton'
import ui from '../components/ui.module.css'
import { dateRange, isElsewhere, shiftDate, zoneName } from '../format/dates'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import { DayBar } from '../owner/day_bar'
import { stayState } from '../owner/desk_actions'
import { HotelFrame, hotelDay, soldBy } from '../owner/hotel_frame'
import { dayNumber, weekdayOf } from '../owner/months'
import css from '../owner/owner.module.css'
import { useBoard } from '../owner/queries'
import { StayDialog } from '../owner/stay_dialog'
import { OwnerTrouble } from '../owner/trouble'
import type { BoardRoomType, Draft } from '../owner/types'
import board from './owner_board.module.css'

const words = ownerText.board
const NIGHTS = 7

export default function OwnerBoardPage({ id }: { id: string }) {
  return (
    <HotelFrame id={id} page="board" lead={words.lead}>
      {(hotel) => <Board hotel={hotel} />}
    </HotelFrame>
  )
}

function Board({ hotel }: { hotel: Draft }) {
  const { timezone } = soldBy(hotel)
  const [chosen, setFirst] = useState<string>()
  const [open, setOpen] = useState<string>()
  const found = useBoard(hotel.property_id, chosen, NIGHTS)
  const first = chosen ?? found.data?.pages[0]?.first_night ?? hotelDay(hotel)
  const rooms = joined(found.data?.pages.map((page) => page.room_types) ?? [])
  return (
    <>
      <DayBar date={first} step={NIGHTS} onChange={setFirst} words={words.bar}>
        {chosen && chosen !== hotelDay(hotel) && (
          <button className={`${ui.quiet} ${ui.small}`} type="button" onClick={() => setFirst(undefined)}>
            {words.today}
          </button>
        )}
      </DayBar>
      <p className={ui.soft} role="status">
        {dateRange(first, shiftDate(first, NIGHTS - 1))}
      </p>
      {found.error ? (
        <OwnerTrouble error={found.error} again={() => void found.refetch()} />
      ) : found.data ? (
        rooms.map((room) => <Room key={room.room_type_id} room={room} first={first} onOpen={setOpen} />)
      ) : (
        <Bones />
      )}
      <More of={found} label={words.more} />
      {isElsewhere(timezone) && <p className={ui.soft}>{text.localTime(zoneName(timezone))}</p>}
      {open && <StayDialog bookingId={open} timezone={timezone} onClose={() => setOpen(undefined)} />}
    </>
  )
}

/** Every page has all nights; the stays are shared out over the pages. */
function joined(pages: readonly (readonly BoardRoomType[])[]): BoardRoomType[] {
  const [first = [], ...rest] = pages
  return first.map((room) => ({
    ...room,
    stays: [
      ...room.stays,
      ...rest.flatMap((page) => page.find((one) => one.room_type_id === room.room_type_id)?.stays ?? []),
    ],
  }))
}

interface RoomProps {
  room: BoardRoomType
  first: string
  onOpen: (bookingId: string) => void
}

function Room({ room, first, onOpen }: RoomProps) {
  const name = room.name ?? words.gone
  const place = (from: string, to: string) => ({ gridColumn: `${columnOf(first, from)} / ${columnOf(first, to)}` })
  return (
    <section className={ui.tight} aria-label={name}>
      <h2 className={css.cardName}>{name}</h2>
      <ol className={board.week}>
        {room.nights.map((night) => (
          <li className={board.night} key={night.night} data-full={night.rooms_free === 0 || undefined}>
            <span className={board.date}>
              {weekdayOf(night.night)} {dayNumber(night.night)}
            </span>
            <strong>{night.rooms_free}</strong>
            <span className={board.of}>{words.of(night.rooms_on_sale)}</span>
          </li>
        ))}
      </ol>
      {room.stays.length + room.blocks.length > 0 && (
        <ul className={board.bars}>
          {room.stays.map((stay) => (
            <li key={stay.booking_id} style={place(stay.check_in, stay.check_out)}>
              <button
                className={board.bar}
                type="button"
                data-state={stayState({ status: 'confirmed', ...stay })}
                onClick={() => onOpen(stay.booking_id)}
              >
                <span>{stay.guest_name ?? ownerText.arrivals.nameless}</span>
                <span className={board.small}>
                  {stay.rooms > 1 && `${text.counts.rooms(stay.rooms)} · `}
                  {dateRange(stay.check_in, stay.check_out)}
                </span>
              </button>
            </li>
          ))}
          {room.blocks.map((block) => (
            <li key={block.block_id} style={place(block.first_night, shiftDate(block.last_night, 1))}>
              <div className={board.blocked}>
                <span>{words.blocked(text.counts.rooms(block.rooms))}</span>
                <span className={board.small}>{block.reason}</span>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** The column that a day begins, of the week that is shown. */
function columnOf(first: string, day: string): number {
  const days = Array.from({ length: NIGHTS }, (_, index) => shiftDate(first, index))
  const at = days.indexOf(day)
  if (at >= 0) return at + 1
  return day < first ? 1 : NIGHTS + 1
}
