/** Prices, rooms and rules of a range of nights: what is left empty stays as it is. */
import { type FormEvent, useState } from 'react'
import { Field } from '../components/field'
import ui from '../components/ui.module.css'
import { minorUnits } from '../format/money'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import { AmountField, ChoiceField, CountField } from './inputs'
import { weekdayNames } from './months'
import css from './owner.module.css'
import type { NightsChange, OwnRoomType } from './types'

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const COUNTS = ['rooms_on_sale', 'min_stay_arrival', 'min_stay_through', 'max_stay'] as const
const SWITCHES = ['closed', 'closed_to_arrival', 'closed_to_departure'] as const
const RESET = ['price', ...COUNTS, ...SWITCHES] as const
const words = ownerText.nights

export interface Wanted {
  rooms: readonly string[]
  change: NightsChange
}

interface Props {
  rooms: readonly OwnRoomType[]
  currency: string
  wanted: Wanted
  pending: boolean
  onSubmit: (wanted: Wanted) => void
  onCancel: () => void
}

export function NightsForm({ rooms, currency, wanted, pending, onSubmit, onCancel }: Props) {
  const [bad, setBad] = useState<string>()
  const known = wanted.change

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const said = read(new FormData(event.currentTarget), currency)
    if (typeof said === 'string') return setBad(said)
    setBad(undefined)
    if (!pending) onSubmit(said)
  }

  return (
    <form className={ui.stack} onSubmit={submit}>
      {bad && (
        <p className={ui.bad} role="alert">
          {bad}
        </p>
      )}
      <fieldset className={css.choices}>
        <legend className={ui.label}>{words.rooms}</legend>
        {rooms.map((room) => (
          <label className={ui.check} key={room.room_type_id}>
            <input
              type="checkbox"
              name="rooms"
              value={room.room_type_id}
              defaultChecked={wanted.rooms.includes(room.room_type_id)}
            />
            <span>{room.name}</span>
          </label>
        ))}
      </fieldset>
      <div className={css.form}>
        <Field name="first_night" label={words.first} value={known.first_night}>
          {(given) => <input {...given} type="date" required />}
        </Field>
        <Field name="last_night" label={words.last} value={known.last_night}>
          {(given) => <input {...given} type="date" required />}
        </Field>
      </div>
      <fieldset className={css.choices}>
        <legend className={ui.label}>{words.weekdays}</legend>
        {WEEKDAYS.map((day, index) => (
          <label className={ui.check} key={day}>
            <input type="checkbox" name="weekdays" value={day} defaultChecked={known.weekdays?.includes(day) ?? true} />
            <span>{weekdayNames('short')[index]}</span>
          </label>
        ))}
      </fieldset>
      <p className={ui.soft}>{words.leave}</p>
      <div className={css.form}>
        <AmountField name="price" label={words.fields.price} value={known.price} currency={currency} optional />
        {COUNTS.map((name) => (
          <CountField
            key={name}
            name={name}
            label={words.fields[name]}
            value={known[name]}
            min={name === 'rooms_on_sale' ? 0 : 1}
            max={name === 'rooms_on_sale' ? 2000 : 30}
            optional
          />
        ))}
        {SWITCHES.map((name) => (
          <ChoiceField
            key={name}
            name={name}
            label={words.fields[name]}
            value={known[name] === undefined || known[name] === null ? '' : String(known[name])}
            empty={words.asIs}
            choices={[
              { value: 'true', name: words.yes },
              { value: 'false', name: words.no },
            ]}
          />
        ))}
      </div>
      <details className={css.more}>
        <summary>{words.reset}</summary>
        <p className={ui.soft}>{words.resetHint}</p>
        <div className={css.choices}>
          {RESET.map((name) => (
            <label className={ui.check} key={name}>
              <input type="checkbox" name="reset" value={name} defaultChecked={known[name] === null} />
              <span>{words.fields[name]}</span>
            </label>
          ))}
        </div>
      </details>
      <div className={ui.row}>
        <button className={ui.button} type="submit" aria-disabled={pending}>
          {pending ? words.looking : words.look}
        </button>
        <button className={ui.quiet} type="button" onClick={onCancel}>
          {ownerText.ask.cancel}
        </button>
      </div>
    </form>
  )
}

/** What was asked for; or, in words, why it cannot be. */
function read(form: FormData, currency: string): Wanted | string {
  const filled = (name: string) => String(form.get(name) ?? '').trim()
  const rooms = form.getAll('rooms').map(String)
  const weekdays = WEEKDAYS.filter((day) => form.getAll('weekdays').includes(day))
  const [first_night, last_night] = [filled('first_night'), filled('last_night')]
  if (rooms.length === 0) return words.noRooms
  if (weekdays.length === 0) return words.noWeekdays
  if (last_night < first_night) return words.reversed
  const change: NightsChange = { first_night, last_night, weekdays: [...weekdays] }
  if (filled('price')) {
    change.price = minorUnits(filled('price'), currency)
    if (!change.price) return text.wallet.amountBad
  }
  for (const name of COUNTS) if (filled(name)) change[name] = Number(filled(name))
  for (const name of SWITCHES) if (filled(name)) change[name] = filled(name) === 'true'
  for (const name of RESET) if (form.getAll('reset').includes(name)) change[name] = null
  return RESET.some((name) => change[name] !== undefined) ? { rooms, change } : words.nothing
}
