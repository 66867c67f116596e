import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { answer, own } from '../api/client'
import { Dialog } from '../components/dialog'
import { Field, wrongFields } from '../components/field'
import { More } from '../components/more'
import { Bones } from '../components/skeleton'
import ui from '../components/ui.module.css'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import { HotelFrame, hotelDay } from '../owner/hotel_frame'
import { ChoiceField, CountField } from '../owner/inputs'
import { rangeText } from '../owner/moves'
import css from '../owner/owner.module.css'
import { useBlocks, useRefresh } from '../owner/queries'
import { OwnerTrouble } from '../owner/trouble'
import type { Block, BlockRequest, Draft } from '../owner/types'

const words = ownerText.blocks
const SOURCES = ['maintenance', 'walk_in', 'channel'] as const

export default function OwnerBlocksPage({ id }: { id: string }) {
  return (
    <HotelFrame id={id} page="blocks" lead={words.lead}>
      {(hotel) => <Blocks hotel={hotel} />}
    </HotelFrame>
  )
}

function Blocks({ hotel }: { hotel: Draft }) {
  const [room, setRoom] = useState(hotel.room_types[0]?.room_type_id ?? '')
  const [making, setMaking] = useState(false)
  const found = useBlocks(hotel.property_id, room)
  const blocks = found.data?.pages.flatMap((page) => page.blocks) ?? []
  const name = hotel.room_types.find((one) => one.room_type_id === room)?.name ?? ''
  return (
    <>
      <div className={css.monthBar}>
        <label className={ui.field}>
          <span className={ui.label}>{words.room}</span>
          <select className={ui.input} value={room} onChange={(event) => setRoom(event.target.value)}>
            {hotel.room_types.map((one) => (
              <option key={one.room_type_id} value={one.room_type_id}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
        <button className={ui.button} type="button" disabled={!room} onClick={() => setMaking(true)}>
          {words.make}
        </button>
      </div>
      {found.error ? (
        <OwnerTrouble error={found.error} again={() => void found.refetch()} />
      ) : found.isPending && room ? (
        <Bones />
      ) : blocks.length === 0 ? (
        <p className={ui.notice}>{words.none(name)}</p>
      ) : (
        <ul className={ui.tight}>
          {blocks.map((block) => (
            <li key={block.block_id}>
              <BlockCard block={block} />
            </li>
          ))}
        </ul>
      )}
      <More of={found} label={words.more} />
      {making && <BlockDialog hotel={hotel} room={room} onMade={setRoom} onClose={() => setMaking(false)} />}
    </>
  )
}

function BlockCard({ block }: { block: Block }) {
  const refresh = useRefresh()
  const releasing = useMutation({
    mutationFn: async () => {
      const params = { path: { room_type_id: block.room_type_id, block_id: block.block_id } }
      await answer(own().DELETE('/room-types/{room_type_id}/blocks/{block_id}', { params }))
      await refresh()
    },
  })
  return (
    <article className={`${ui.card} ${ui.tight}`}>
      <div className={ui.between}>
        <div>
          <h2 className={css.cardName}>{rangeText(block.first_night, block.last_night)}</h2>
          <p className={ui.soft}>
            {text.counts.rooms(block.rooms)} · {block.reason}
          </p>
        </div>
        <span className={ui.tagWarn}>{words.sources[block.source as keyof typeof words.sources]}</span>
      </div>
      {releasing.error && <OwnerTrouble error={releasing.error} />}
      <p>
        <button
          className={`${ui.quiet} ${ui.small}`}
          type="button"
          aria-disabled={releasing.isPending}
          onClick={() => releasing.isPending || releasing.mutate()}
        >
          {releasing.isPending ? words.releasing : words.release}
          <span className={ui.hidden}> {rangeText(block.first_night, block.last_night)}</span>
        </button>
      </p>
    </article>
  )
}

interface DialogProps {
  hotel: Draft
  room: string
  onMade: (room: string) => void
  onClose: () => void
}

/** Rooms off sale, under the conditions of a hold: on every night or on none. */
function BlockDialog({ hotel, room, onMade, onClose }: DialogProps) {
  const refresh = useRefresh()
  const keys = useRef(new Map<string, string>())
  const [reversed, setReversed] = useState(false)
  const today = hotelDay(hotel)
  const making = useMutation({
    mutationFn: async ({ of, body }: { of: string; body: BlockRequest }) => {
      const params = { path: { room_type_id: of }, header: { 'Idempotency-Key': keyOf(of, body) } }
      await answer(own().POST('/room-types/{room_type_id}/blocks', { params, body }))
      await refresh()
      onMade(of)
    },
    onSuccess: onClose,
    onError: () => void refresh(),
  })
  const wrong = wrongFields(making.error)

  /** The same for the same block: one whose answer was lost is not made twice. */
  function keyOf(of: string, body: BlockRequest): string {
    const said = JSON.stringify([of, body])
    const key = keys.current.get(said) ?? crypto.randomUUID()
    keys.current.set(said, key)
    return key
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const filled = (name: string) => String(form.get(name) ?? '').trim()
    const body = {
      first_night: filled('first_night'),
      last_night: filled('last_night'),
      rooms: Number(filled('rooms')),
      reason: filled('reason'),
      source: filled('source') as BlockRequest['source'],
    }
    setReversed(body.last_night < body.first_night)
    if (body.last_night >= body.first_night && !making.isPending) making.mutate({ of: filled('of_room'), body })
  }

  return (
    <Dialog heading={words.makeHeading} onClose={onClose}>
      {(close) => (
        <form className={ui.stack} onSubmit={submit}>
          {making.error && <OwnerTrouble error={making.error} />}
          <ChoiceField
            name="of_room"
            label={words.room}
            value={room}
            choices={hotel.room_types.map((one) => ({ value: one.room_type_id, name: one.name }))}
          />
          <div className={css.form}>
            <Field name="first_night" label={ownerText.nights.first} value={today} wrong={wrong.get('first_night')}>
              {(given) => <input {...given} type="date" min={today} required />}
            </Field>
            <Field
              name="last_night"
              label={ownerText.nights.last}
              value={today}
              wrong={reversed ? ownerText.nights.reversed : wrong.get('last_night')}
            >
              {(given) => <input {...given} type="date" min={today} required />}
            </Field>
            <CountField
              name="rooms"
              label={text.search.rooms}
              value={1}
              min={1}
              max={2000}
              wrong={wrong.get('rooms')}
            />
            <ChoiceField
              name="source"
              label={words.source}
              value="maintenance"
              choices={SOURCES.map((value) => ({ value, name: words.sources[value] }))}
            />
          </div>
          <Field name="reason" label={ownerText.desk.reason} value="" wrong={wrong.get('reason')}>
            {(given) => <input {...given} maxLength={200} autoComplete="off" required />}
          </Field>
          <div className={ui.row}>
            <button className={ui.button} type="submit" aria-disabled={making.isPending}>
              {making.isPending ? words.making : words.make}
            </button>
            <button className={ui.quiet} type="button" onClick={close}>
              {ownerText.ask.cancel}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  )
}
