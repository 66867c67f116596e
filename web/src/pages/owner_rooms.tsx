import { useState } from 'react'
import ui from '../components/ui.module.css'
import { money } from '../format/money'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import css from '../owner/owner.module.css'
import { Lacking, Registration } from '../owner/registration'
import { DeleteRoomTypeDialog, RoomTypeDialog } from '../owner/room_type_form'
import type { Draft, OwnRoomType } from '../owner/types'
import { Link } from '../router'

const words = ownerText.rooms

export default function OwnerRoomsPage({ id }: { id: string }) {
  return (
    <Registration id={id} step="rooms">
      {(hotel, checked) => (
        <>
          <Lacking checked={checked} step="rooms" />
          <Rooms id={id} hotel={hotel} />
        </>
      )}
    </Registration>
  )
}

type Asked = { kind: 'add' } | { kind: 'change' | 'delete'; room: OwnRoomType }

function Rooms({ id, hotel }: { id: string; hotel: Draft }) {
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const currency = hotel.published?.currency ?? hotel.currency
  if (!currency) return <NeedsCurrency id={id} />
  return (
    <>
      <ul className={ui.tight}>
        {hotel.room_types.map((room) => (
          <li className={`${ui.card} ${ui.tight}`} key={room.room_type_id}>
            <div className={ui.between}>
              <h2 className={css.cardName}>{room.name}</h2>
              <span className={room.live ? ui.tagGood : ui.tag}>{room.live ? words.live : words.notLive}</span>
            </div>
            {room.description && <p className={ui.soft}>{room.description}</p>}
            <p className={ui.soft}>
              {text.hotel.sleeps(room.max_guests)} · {text.counts.rooms(room.total_rooms)} ·{' '}
              {money(room.base_price, currency)} {text.hotel.perNight}
            </p>
            <div className={ui.row}>
              <button
                className={`${ui.quiet} ${ui.small}`}
                type="button"
                onClick={() => setAsked({ kind: 'change', room })}
              >
                {words.changeShort}
                <span className={ui.hidden}> {room.name}</span>
              </button>
              <button className={ui.link} type="button" onClick={() => setAsked({ kind: 'delete', room })}>
                {words.deleteShort}
                <span className={ui.hidden}> {room.name}</span>
              </button>
            </div>
          </li>
        ))}
      </ul>
      <p>
        <button
          className={hotel.room_types.length > 0 ? ui.quiet : ui.button}
          type="button"
          onClick={() => setAsked({ kind: 'add' })}
        >
          {words.add}
        </button>
      </p>
      {asked?.kind === 'add' && <RoomTypeDialog id={id} currency={currency} onClose={close} />}
      {asked?.kind === 'change' && <RoomTypeDialog id={id} currency={currency} room={asked.room} onClose={close} />}
      {asked?.kind === 'delete' && <DeleteRoomTypeDialog room={asked.room} onClose={close} />}
    </>
  )
}

/** Prices are in the currency of the hotel: it comes first. */
export function NeedsCurrency({ id }: { id: string }) {
  return (
    <div className={ui.notice}>
      <p>{words.needsCurrency}</p>
      <Link href={`/owner/hotels/${id}/terms`}>{ownerText.titles.terms}</Link>
    </div>
  )
}
