import { useState } from 'react'
import type { Alternative, Hotel, Plan, RoomType, Stay } from '../api/types'
import { dateRange } from '../format/dates'
import { decimal, money } from '../format/money'
import { rememberIntent } from '../intent'
import { text } from '../messages'
import { reasonOf } from '../messages/rules'
import css from '../pages/hotel.module.css'
import { Link, useLocation } from '../router'
import { queryOf } from '../stay'
import { WhyThisPrice } from './price'
import { Shown } from './scene'
import ui from './ui.module.css'

const FEW = 3
/** On the text that everybody sees: https://developers.google.com/hotels/hotel-prices/structured-data/hotel-price-structured-data */
const OFFER = { itemProp: 'makesOffer', itemScope: true, itemType: 'https://schema.org/Offer' }
const PRICE = {
  itemProp: 'priceSpecification',
  itemScope: true,
  itemType: 'https://schema.org/CompoundPriceSpecification',
}

interface Props {
  hotel: Hotel
  /** For a stay: with a price, or the reason why not. */
  room: RoomType
  stay: Stay | undefined
}

/** One room type: what it costs all in, why, and the button that holds it. */
export function RoomCard({ hotel, room, stay }: Props) {
  const plans = room.plans ?? []
  const [planId, setPlanId] = useState(plans[0]?.plan_id)
  const plan = plans.find((one) => one.plan_id === planId) ?? plans[0]
  const first = plan === plans[0]
  const picture = room.pictures?.[0]
  const free = stay !== undefined && room.available === true
  const few = free && room.rooms_free !== null && room.rooms_free !== undefined && room.rooms_free <= FEW
  return (
    <div className={css.room} data-free={!stay || free} {...(free && OFFER)}>
      {picture && (
        <div className={css.roomPicture}>
          <Shown picture={picture} seed={room.room_type_id} sizes="(min-width: 60rem) 42rem, 100vw" />
        </div>
      )}
      <div className={css.top}>
        <div className={ui.tight}>
          <h3 itemProp={free ? 'name' : undefined}>{room.name}</h3>
          <p className={ui.soft}>
            {text.hotel.sleeps(room.max_guests)}{' '}
            {few && <span className={ui.tagWarn}>{text.search.left(room.rooms_free ?? 0)}</span>}
          </p>
          {room.description && <p className={ui.soft}>{room.description}</p>}
        </div>
        <Cost hotel={hotel} room={room} free={free} dated={stay !== undefined} total={plan?.total_payable} />
      </div>
      {free && plans.length > 1 && (
        <Plans
          name={room.room_type_id}
          plans={plans}
          chosen={plan?.plan_id}
          currency={hotel.currency}
          onChange={setPlanId}
        />
      )}
      {free && stay && room.pricing && (
        <div className={css.foot}>
          {first ? <WhyThisPrice pricing={room.pricing} currency={hotel.currency} /> : <span />}
          <HoldButton hotel={hotel} room={room} stay={stay} planId={plan?.plan_id} />
        </div>
      )}
      {stay && !free && <Nearest hotel={hotel} stay={stay} alternatives={room.alternatives ?? []} />}
    </div>
  )
}

interface CostProps {
  hotel: Hotel
  room: RoomType
  free: boolean
  dated: boolean
  total: number | undefined
}

function Cost({ hotel, room, free, dated, total }: CostProps) {
  if (dated && !free) return <p className={ui.soft}>{reasonOf(room)}</p>
  if (room.pricing) {
    const payable = total ?? room.pricing.total_payable
    return (
      <p className={css.cost} {...PRICE}>
        <data className={css.amount} itemProp="price" value={decimal(payable, hotel.currency)}>
          {money(payable, hotel.currency)}
        </data>
        <meta itemProp="priceCurrency" content={hotel.currency} />
        <meta itemProp="valueAddedTaxIncluded" content="true" />
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

interface PlansProps {
  name: string
  plans: readonly Plan[]
  chosen: string | undefined
  currency: string
  onChange: (planId: string) => void
}

function Plans({ name, plans, chosen, currency, onChange }: PlansProps) {
  return (
    <fieldset className={css.plans}>
      <legend className={ui.label}>{text.hotel.rate}</legend>
      {plans.map((plan) => (
        <label className={css.plan} key={plan.plan_id}>
          <input
            type="radio"
            name={`plan of ${name}`}
            checked={plan.plan_id === chosen}
            onChange={() => onChange(plan.plan_id)}
          />
          <span>{plan.name}</span>
          {plan.total_payable !== undefined && (
            <span className={ui.numbers}>{money(plan.total_payable, currency)}</span>
          )}
        </label>
      ))}
    </fieldset>
  )
}

interface HoldProps {
  hotel: Hotel
  room: RoomType
  stay: Stay
  planId: string | undefined
}

function HoldButton({ hotel, room, stay, planId }: HoldProps) {
  const [, go] = useLocation()
  function hold() {
    const { children, guests, ...dates } = stay
    const party = children ? { occupancy: hotel.occupancy } : { guests }
    rememberIntent({ room_type_id: room.room_type_id, ...dates, ...party, ...(planId && { plan_id: planId }) })
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
