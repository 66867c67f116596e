import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { answer, own } from '../api/client'
import { Dialog } from '../components/dialog'
import { Field, wrongFields } from '../components/field'
import ui from '../components/ui.module.css'
import { minorUnits } from '../format/money'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import { AmountField, CountField } from './inputs'
import css from './owner.module.css'
import { ofRoomType, useRefresh } from './queries'
import { OwnerTrouble } from './trouble'
import type { OwnRoomType } from './types'

const words = ownerText.rooms

interface Props {
  id: string
  currency: string
  /** None: a new one. */
  room?: OwnRoomType
  onClose: () => void
}

/** What guests read of a room type; a new one needs its price and rooms at once. */
export function RoomTypeDialog({ id, currency, room, onClose }: Props) {
  const refresh = useRefresh()
  const [key] = useState(() => crypto.randomUUID())
  const [badPrice, setBadPrice] = useState(false)
  const saving = useMutation({
    mutationFn: async (form: FormData) => {
      const filled = (name: string) => String(form.get(name) ?? '').trim()
      const content = {
        name: filled('name'),
        description: filled('room_description') || null,
        max_guests: Number(filled('max_guests')),
      }
      if (room) {
        await answer(own().PATCH('/room-types/{room_type_id}', { ...ofRoomType(room.room_type_id), body: content }))
      } else {
        await answer(
          own().POST('/properties/{property_id}/room-types', {
            params: { path: { property_id: id }, header: { 'Idempotency-Key': key } },
            body: {
              ...content,
              base_price: minorUnits(filled('base_price'), currency) ?? 0,
              total_rooms: Number(filled('total_rooms')),
            },
          }),
        )
      }
      await refresh()
    },
    onSuccess: onClose,
  })
  const wrong = wrongFields(saving.error)

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const isBad = !room && !minorUnits(String(form.get('base_price')), currency)
    setBadPrice(isBad)
    if (!isBad && !saving.isPending) saving.mutate(form)
  }

  return (
    <Dialog heading={room ? words.change(room.name) : words.add} onClose={onClose}>
      {(close) => (
        <form className={ui.stack} onSubmit={submit}>
          {saving.error && <OwnerTrouble error={saving.error} />}
          <Field
            name="name"
            label={words.name}
            hint={words.nameHint}
            value={room?.name ?? ''}
            wrong={wrong.get('name')}
          >
            {(given) => <input {...given} maxLength={200} autoComplete="off" required />}
          </Field>
          <Field
            name="room_description"
            label={ownerText.labels.description}
            value={room?.description ?? ''}
            optional
            wrong={wrong.get('description')}
          >
            {(given) => <textarea {...given} rows={3} />}
          </Field>
          <div className={css.form}>
            <CountField
              name="max_guests"
              label={words.maxGuests}
              value={room?.max_guests ?? 2}
              min={1}
              max={99}
              wrong={wrong.get('max_guests')}
            />
            {!room && (
              <>
                <CountField
                  name="total_rooms"
                  label={words.totalRooms}
                  value={1}
                  min={1}
                  max={2000}
                  wrong={wrong.get('total_rooms')}
                />
                <AmountField
                  name="base_price"
                  label={words.basePrice}
                  hint={words.basePriceHint}
                  currency={currency}
                  wrong={badPrice ? text.wallet.amountBad : wrong.get('base_price')}
                />
              </>
            )}
          </div>
          <div className={ui.row}>
            <button className={ui.button} type="submit" aria-disabled={saving.isPending}>
              {saving.isPending ? ownerText.save.saving : room ? ownerText.save.now : words.add}
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

/** Deletes for good; the API refuses while somebody will stay in it, and says who. */
export function DeleteRoomTypeDialog({ room, onClose }: { room: OwnRoomType; onClose: () => void }) {
  const refresh = useRefresh()
  const deleting = useMutation({
    mutationFn: async () => {
      await answer(own().DELETE('/room-types/{room_type_id}', ofRoomType(room.room_type_id)))
      await refresh()
    },
    onSuccess: onClose,
  })
  return (
    <Dialog heading={words.deleteHeading(room.name)} onClose={onClose}>
      {(close) => (
        <>
          <p className={ui.lead}>{words.deleteText}</p>
          {deleting.error && <OwnerTrouble error={deleting.error} />}
          <div className={ui.row}>
            <button className={ui.button} type="button" onClick={close}>
              {words.keep}
            </button>
            <button
              className={ui.quiet}
              type="button"
              aria-disabled={deleting.isPending}
              onClick={() => deleting.isPending || deleting.mutate()}
            >
              {words.delete}
            </button>
          </div>
        </>
      )}
    </Dialog>
  )
}
