import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { answer, own } from '../api/client'
import { Dialog } from '../components/dialog'
import { wrongFields } from '../components/field'
import ui from '../components/ui.module.css'
import { minorUnits, money } from '../format/money'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import { AmountField, CountField } from './inputs'
import css from './owner.module.css'
import { ofRoomType, useRefresh } from './queries'
import { OwnerTrouble } from './trouble'
import { asTyped } from './typed'
import type { Occupancy, OwnRoomType } from './types'

const words = ownerText.occupancy

/** What the hotel has said of who may sleep there, in a line. */
export function occupancyText(room: OwnRoomType, currency: string): string {
  const said = room.occupancy
  if (!said) return text.hotel.sleeps(room.max_guests)
  return [
    text.hotel.sleeps(said.max_guests),
    words.base(said.base_adults),
    said.extra_adult > 0 && words.extra(money(said.extra_adult, currency)),
    ...(said.child_bands ?? []).map((band) => words.child(band.max_age, money(band.amount, currency))),
  ]
    .filter(Boolean)
    .join(' · ')
}

interface Band {
  key: string
  age: string
  amount: string
}

interface Props {
  room: OwnRoomType
  currency: string
  onClose: () => void
}

export function OccupancyDialog({ room, currency, onClose }: Props) {
  const known = room.occupancy
  const refresh = useRefresh()
  const [bad, setBad] = useState(false)
  const [bands, setBands] = useState<Band[]>(() =>
    (known?.child_bands ?? []).map((band) => ({
      key: crypto.randomUUID(),
      age: String(band.max_age),
      amount: asTyped(band.amount, currency),
    })),
  )
  const saving = useMutation({
    mutationFn: async (body: Occupancy) => {
      await answer(own().PUT('/room-types/{room_type_id}/occupancy', { ...ofRoomType(room.room_type_id), body }))
      await refresh()
    },
    onSuccess: onClose,
  })
  const wrong = wrongFields(saving.error)
  const setBand = (key: string, change: Partial<Band>) =>
    setBands(bands.map((band) => (band.key === key ? { ...band, ...change } : band)))

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const count = (name: string) => Number(form.get(name))
    const amount = (name: string) => minorUnits(String(form.get(name) || '0'), currency)
    const extra_adult = amount('extra_adult')
    const single_discount = amount('single_discount')
    const child_bands = bands.map((band) => ({ max_age: Number(band.age), amount: minorUnits(band.amount, currency) }))
    const known = child_bands.filter((band): band is { max_age: number; amount: number } => band.amount !== undefined)
    const isBad = extra_adult === undefined || single_discount === undefined || known.length < child_bands.length
    setBad(isBad)
    if (isBad || saving.isPending) return
    saving.mutate({
      base_adults: count('base_adults'),
      max_adults: count('max_adults'),
      max_children: count('max_children'),
      max_guests: count('occupancy_guests'),
      extra_adult,
      single_discount,
      child_bands: known,
    })
  }

  return (
    <Dialog heading={words.heading(room.name)} onClose={onClose}>
      {(close) => (
        <form className={ui.stack} onSubmit={submit}>
          {saving.error && <OwnerTrouble error={saving.error} />}
          {bad && (
            <p className={ui.bad} role="alert">
              {text.wallet.amountBad}
            </p>
          )}
          <div className={css.form}>
            <CountField
              name="base_adults"
              label={words.baseAdults}
              hint={words.baseAdultsHint}
              value={known?.base_adults ?? 2}
              min={1}
              max={99}
              wrong={wrong.get('base_adults')}
            />
            <CountField
              name="max_adults"
              label={words.maxAdults}
              value={known?.max_adults ?? room.max_guests}
              min={1}
              max={99}
              wrong={wrong.get('max_adults')}
            />
            <CountField
              name="max_children"
              label={words.maxChildren}
              value={known?.max_children ?? 0}
              min={0}
              max={99}
              wrong={wrong.get('max_children')}
            />
            <CountField
              name="occupancy_guests"
              label={words.maxGuests}
              value={known?.max_guests ?? room.max_guests}
              min={1}
              max={99}
              wrong={wrong.get('max_guests')}
            />
            <AmountField
              name="extra_adult"
              label={words.extraAdult}
              value={known?.extra_adult ?? 0}
              currency={currency}
              wrong={wrong.get('extra_adult')}
            />
            <AmountField
              name="single_discount"
              label={words.singleDiscount}
              value={known?.single_discount ?? 0}
              currency={currency}
              wrong={wrong.get('single_discount')}
            />
          </div>
          <fieldset className={css.slab}>
            <legend className={ui.label}>{words.children}</legend>
            {bands.map((band) => (
              <div className={css.policyRow} key={band.key}>
                <label className={ui.field}>
                  <span className={ui.label}>{words.age}</span>
                  <input
                    className={ui.input}
                    type="number"
                    min={0}
                    max={17}
                    required
                    value={band.age}
                    onChange={(event) => setBand(band.key, { age: event.target.value })}
                  />
                </label>
                <label className={ui.field}>
                  <span className={ui.label}>
                    {words.childAmount} ({currency})
                  </span>
                  <input
                    className={ui.input}
                    inputMode="decimal"
                    required
                    value={band.amount}
                    onChange={(event) => setBand(band.key, { amount: event.target.value })}
                  />
                </label>
                <button
                  className={`${ui.quiet} ${ui.small}`}
                  type="button"
                  onClick={() => setBands(bands.filter(({ key }) => key !== band.key))}
                >
                  {ownerText.policy.remove}
                </button>
              </div>
            ))}
            <p>
              <button
                className={ui.link}
                type="button"
                onClick={() => setBands([...bands, { key: crypto.randomUUID(), age: '', amount: '0' }])}
              >
                {words.addBand}
              </button>
            </p>
          </fieldset>
          <div className={ui.row}>
            <button className={ui.button} type="submit" aria-disabled={saving.isPending}>
              {saving.isPending ? ownerText.save.saving : ownerText.save.now}
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
