import { Link, useLocation } from 'wouter'
import type { Alternative, Hotel, RoomType, Stay } from '../api/types'
import { dateRange } from '../format/dates'
import { money } from '../format/money'
import { rememberIntent } from '../intent'
import { text } from '../messages'
import { reasonOf } from '../messages/rules'
import css from '../pages/hotel.module.css'
import { queryOf } from '../stay'
import { WhyThisPrice } from './price'
import ui from './ui.module.css'

const FEW = 3

/** One room type: what it costs all in, why, and the button that holds it. */
export function RoomCard({ hotel, room, stay }: { hotel: Hotel; room: RoomType; stay: Stay | undefined }) {
  const free = stay !== undefined && room.available === true
  const few = free && room.rooms_free !== null && room.rooms_free !== undefined && room.rooms_free <= FEW
  return (
    <div className={css.room} data-free={!stay || free}>
      <div className={css.top}>
        <div className={ui.tight}>
          <h3>{room.name}</h3>
          <p className={ui.soft}>
            {text.hotel.sleeps(room.max_guests)}{' '}
            {few && <span className={ui.tagWarn}>{text.search.left(room.rooms_free ?? 0)}</span>}
          </p>
        </div>
        <Cost hotel={hotel} room={room} free={free} dated={stay !== undefined} />
      </div>
      {free && stay && room.pricing && (
        <div className={css.foot}>
          <WhyThisPrice pricing={room.pricing} currency={hotel.currency} />
          <HoldButton room={room} stay={stay} />
        </div>
      )}
      {stay && !free && <Nearest hotel={hotel} stay={stay} alternatives={room.alternatives ?? []} />}
    </div>
  )
}

function Cost({ hotel, room, free, dated }: { hotel: Hotel; room: RoomType; free: boolean; dated: boolean }) {
  if (dated && !free) return <p className={ui.soft}>{reasonOf(room)}</p>
  if (room.pricing) {
    return (
      <p className={css.cost}>
        <span className={css.amount}>{money(room.pricing.total_payable, hotel.currency)}</span>
        <span className={ui.soft}>{text.price.allTaxes}</span>
      </p>
    )
  }
  return (
    <p className={css.cost}>
      <span className={css.amount}>{money(room.discounted_price ?? room.base_price, hotel.currency)}</span>
      <span className={ui.soft}>{text.hotel.perNight}</span>
    </p>
  )
}

function HoldButton({ room, stay }: { room: RoomType; stay: Stay }) {
  const [, go] = useLocation()
  function hold() {
    rememberIntent({ room_type_id: room.room_type_id, ...stay })
    go('/hold')
  }
  return (
    <div className={css.hold}>
      <button className={ui.button} type="button" onClick={hold}>
        {text.hotel.hold}
        <span className={ui.hidden}>: {room.name}</span>
      </button>
      <span className={ui.soft}>{text.hotel.holdNote}</span>
    </div>
  )
}

function Nearest({ hotel, stay, alternatives }: { hotel: Hotel; stay: Stay; alternatives: readonly Alternative[] }) {
  if (alternatives.length === 0) return null
  return (
    <div className={ui.tight}>
      <p className={ui.soft}>{text.hotel.nearest}</p>
      <div className={css.nearest}>
        {alternatives.map(({ check_in, check_out, total_payable }) => (
          <Link
            key={check_in + check_out}
            href={`/hotels/${hotel.property_id}${queryOf({ ...stay, check_in, check_out })}`}
          >
            <span>{dateRange(check_in, check_out)}</span>
            <strong>{money(total_payable, hotel.currency)}</strong>
          </Link>
        ))}
      </div>
    </div>
  )
}
