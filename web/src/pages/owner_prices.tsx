import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { answer, own } from '../api/client'
import { wrongFields } from '../components/field'
import ui from '../components/ui.module.css'
import { minorUnits } from '../format/money'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import { AmountField, CountField } from '../owner/inputs'
import { OccupancyDialog, occupancyText } from '../owner/occupancy_form'
import css from '../owner/owner.module.css'
import { PlanDialog, planText } from '../owner/plan_form'
import { ofRoomType, useRefresh } from '../owner/queries'
import { Lacking, Registration } from '../owner/registration'
import { useOneAtATime, useSaver } from '../owner/saving'
import { OwnerTrouble, Seen } from '../owner/trouble'
import type { Draft, NamedPlan, OwnRoomType, RoomTypeChange } from '../owner/types'
import { Link } from '../router'
import { NeedsCurrency } from './owner_rooms'

const words = ownerText.prices

export default function OwnerPricesPage({ id }: { id: string }) {
  return (
    <Registration id={id} step="prices">
      {(hotel, checked) => {
        const currency = hotel.published?.currency ?? hotel.currency
        return (
          <>
            <Lacking checked={checked} step="prices" />
            {currency ? <Prices hotel={hotel} currency={currency} /> : <NeedsCurrency id={id} />}
          </>
        )
      }}
    </Registration>
  )
}

/** A dialog that is asked for: who may sleep in a room, or a rate plan of it. */
type Asked = { room: OwnRoomType } & ({ kind: 'occupancy' } | { kind: 'plan'; plan?: NamedPlan })

/** All room types in one form: those that were changed are sent, each by itself. */
function Prices({ hotel, currency }: { hotel: Draft; currency: string }) {
  const form = useRef<HTMLFormElement>(null)
  /** What was sent for a room type; null where no answer came, so that nobody knows what is there. */
  const known = useRef(new Map<string, RoomTypeChange | null>())
  const dirty = useRef(false)
  const [bad, setBad] = useState<readonly string[]>([])
  const [asked, setAsked] = useState<Asked>()
  const [state, setState] = useState<keyof typeof ownerText.save>('saved')
  const refresh = useRefresh()
  const oneAtATime = useOneAtATime()
  const saving = useMutation({
    mutationFn: async ({ room, body }: { room: OwnRoomType; body: RoomTypeChange }) =>
      answer(own().PATCH('/room-types/{room_type_id}', { ...ofRoomType(room.room_type_id), body })),
  })

  async function saveFrom(of: HTMLFormElement): Promise<boolean> {
    if (!dirty.current) return true
    const found = new FormData(of)
    const said = hotel.room_types.map((room) => ({ room, ...read(found, room, currency) }))
    setBad(said.flatMap((one) => one.bad))
    if (said.some((one) => one.bad.length > 0) || !of.reportValidity()) return false
    dirty.current = false
    setState('saving')
    try {
      for (const { room, body } of said) {
        if (!differs(room, body, known.current.get(room.room_type_id))) continue
        known.current.set(room.room_type_id, null)
        await saving.mutateAsync({ room, body })
        known.current.set(room.room_type_id, body)
      }
      await refresh()
      if (dirty.current) return saveFrom(of)
      setState('saved')
      return true
    } catch {
      dirty.current = true
      setState('open')
      return false
    }
  }

  function save(): Promise<boolean> {
    const of = form.current
    return of ? oneAtATime(() => saveFrom(of)) : Promise.resolve(true)
  }
  useSaver(save)

  const close = () => setAsked(undefined)
  return (
    <>
      <form
        className={ui.stack}
        ref={form}
        onInput={() => {
          dirty.current = true
          setState('open')
        }}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          void save()
        }}
      >
        {hotel.room_types.map((room) => (
          <RoomPrices
            key={room.room_type_id}
            room={room}
            currency={currency}
            bad={bad}
            onAsk={setAsked}
            wrong={saving.variables?.room === room ? wrongFields(saving.error) : new Map()}
          />
        ))}
        <Seen of={saving.error}>
          <OwnerTrouble error={saving.error} again={() => void save()} />
        </Seen>
        {hotel.room_types.length > 0 && (
          <div className={ui.row}>
            <button className={`${ui.quiet} ${ui.small}`} type="submit">
              {ownerText.save.now}
            </button>
            <span className={ui.soft} role="status">
              {ownerText.save[state]}
            </span>
          </div>
        )}
      </form>
      {hotel.room_types.length > 0 && (
        <p className={ui.soft}>
          {words.byDate} <Link href={`/owner/hotels/${hotel.property_id}/rates`}>{ownerText.titles.rates}</Link>
        </p>
      )}
      {asked?.kind === 'occupancy' && <OccupancyDialog room={asked.room} currency={currency} onClose={close} />}
      {asked?.kind === 'plan' && <PlanDialog room={asked.room} plan={asked.plan} currency={currency} onClose={close} />}
    </>
  )
}

function read(form: FormData, room: OwnRoomType, currency: string): { body: RoomTypeChange; bad: string[] } {
  const filled = (name: string) => String(form.get(`${name} ${room.room_type_id}`) ?? '').trim()
  const base_price = minorUnits(filled('base_price'), currency)
  const discounted = filled('discounted_price')
  const discounted_price = discounted ? minorUnits(discounted, currency) : null
  const bad = [
    ...(base_price ? [] : [`base_price ${room.room_type_id}`]),
    ...(discounted_price === undefined ? [`discounted_price ${room.room_type_id}`] : []),
  ]
  return { body: { base_price, discounted_price, total_rooms: Number(filled('total_rooms')) }, bad }
}

function differs(room: OwnRoomType, body: RoomTypeChange, sent: RoomTypeChange | null | undefined): boolean {
  if (sent === null) return true
  const was = sent ?? { ...room, discounted_price: room.discounted_price ?? null }
  const names = ['base_price', 'discounted_price', 'total_rooms'] as const
  return names.some((name) => was[name] !== body[name])
}

interface RoomProps {
  room: OwnRoomType
  currency: string
  bad: readonly string[]
  onAsk: (asked: Asked) => void
  wrong: ReadonlyMap<string, string>
}

function RoomPrices({ room, currency, bad, wrong, onAsk }: RoomProps) {
  const field = (name: 'base_price' | 'discounted_price' | 'total_rooms') => {
    const full = `${name} ${room.room_type_id}`
    return { name: full, wrong: bad.includes(full) ? text.wallet.amountBad : wrong.get(name) }
  }
  return (
    <fieldset className={`${ui.card} ${ui.stack}`}>
      <legend className={css.legend}>{room.name}</legend>
      <div className={css.three}>
        <AmountField {...field('base_price')} label={words.base} value={room.base_price} currency={currency} />
        <AmountField
          {...field('discounted_price')}
          label={words.discounted}
          value={room.discounted_price}
          currency={currency}
          optional
        />
        <CountField {...field('total_rooms')} label={words.rooms} value={room.total_rooms} min={1} max={2000} />
      </div>
      <div className={ui.tight}>
        <p className={ui.label}>{words.occupancy}</p>
        <p className={ui.soft}>{occupancyText(room, currency)}</p>
        <p>
          <button className={ui.link} type="button" onClick={() => onAsk({ room, kind: 'occupancy' })}>
            {words.changeOccupancy}
            <span className={ui.hidden}> {room.name}</span>
          </button>
        </p>
      </div>
      <div className={ui.tight}>
        <p className={ui.label}>{words.plans}</p>
        {room.plans.length === 0 && <p className={ui.soft}>{words.noPlans}</p>}
        <ul className={ui.tight}>
          {room.plans.map((plan) => (
            <li className={ui.between} key={plan.plan_id}>
              <span>
                {plan.name} <span className={ui.soft}>{planText(plan, currency)}</span>
              </span>
              <button className={ui.link} type="button" onClick={() => onAsk({ room, kind: 'plan', plan })}>
                {words.changePlan}
                <span className={ui.hidden}> {plan.name}</span>
              </button>
            </li>
          ))}
        </ul>
        {room.plans.length < 6 && (
          <p>
            <button className={ui.link} type="button" onClick={() => onAsk({ room, kind: 'plan' })}>
              {words.addPlan}
              <span className={ui.hidden}> {room.name}</span>
            </button>
          </p>
        )}
      </div>
    </fieldset>
  )
}
