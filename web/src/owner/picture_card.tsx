import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { answer, own } from '../api/client'
import { Dialog } from '../components/dialog'
import { Field } from '../components/field'
import { Shown } from '../components/scene'
import ui from '../components/ui.module.css'
import { ownerText } from '../messages/owner'
import { ChoiceField } from './inputs'
import css from './owner.module.css'
import { useRefresh } from './queries'
import { OwnerTrouble } from './trouble'
import type { OwnImage, OwnRoomType } from './types'

const words = ownerText.pictures

interface Props {
  id: string
  image: OwnImage
  rooms: readonly OwnRoomType[]
  position: number
  count: number
  onMove: (to: number) => void
}

/** A picture as its owner has it: what it shows, where it stands, and whether guests can see it yet. */
export function PictureCard({ id, image, rooms, position, count, onMove }: Props) {
  const [asked, setAsked] = useState<'change' | 'delete'>()
  const named = <span className={ui.hidden}> {words.numbered(position + 1)}</span>
  const small = `${ui.quiet} ${ui.small}`
  const room = rooms.find((one) => one.room_type_id === image.room_type_id)
  return (
    <li className={css.picture}>
      <div className={css.frame}>
        {image.state === 'ready' ? (
          <Shown picture={image} seed={image.image_id} sizes="(min-width: 48rem) 20rem, 100vw" />
        ) : (
          <p className={css.waiting}>{image.state === 'waiting' ? words.waiting : words.refused}</p>
        )}
      </div>
      <div className={ui.tight}>
        <p className={ui.row}>
          {position === 0 && <span className={ui.tagGood}>{words.primary}</span>}
          <span className={image.state === 'refused' ? ui.tagBad : ui.tag}>
            {words.states[image.state as keyof typeof words.states] ?? image.state}
          </span>
          {room && <span className={ui.tag}>{room.name}</span>}
        </p>
        <p>{image.alt || <span className={ui.bad}>{words.noAlt}</span>}</p>
        {image.reason && <p className={ui.bad}>{image.reason}</p>}
      </div>
      <div className={css.pictureActions}>
        <button className={small} type="button" onClick={() => setAsked('change')}>
          {words.describe}
          {named}
        </button>
        {position > 0 && image.state === 'ready' && image.alt && (
          <button className={small} type="button" onClick={() => onMove(0)}>
            {words.makePrimary}
            {named}
          </button>
        )}
        {position > 0 && (
          <button className={small} type="button" onClick={() => onMove(position - 1)}>
            {words.earlier}
            {named}
          </button>
        )}
        {position + 1 < count && (
          <button className={small} type="button" onClick={() => onMove(position + 1)}>
            {words.later}
            {named}
          </button>
        )}
        <button className={small} type="button" onClick={() => setAsked('delete')}>
          {words.delete}
          {named}
        </button>
      </div>
      {asked === 'change' && <DescribeDialog id={id} image={image} rooms={rooms} onClose={() => setAsked(undefined)} />}
      {asked === 'delete' && <DeleteDialog id={id} image={image} onClose={() => setAsked(undefined)} />}
    </li>
  )
}

function ofImage(property_id: string, image_id: string) {
  return { params: { path: { property_id, image_id } } }
}

interface DialogProps {
  id: string
  image: OwnImage
  onClose: () => void
}

function DescribeDialog({ id, image, rooms, onClose }: DialogProps & { rooms: readonly OwnRoomType[] }) {
  const refresh = useRefresh()
  const saving = useMutation({
    mutationFn: async (body: { alt: string | null; room_type_id: string | null }) => {
      const path = '/properties/{property_id}/images/{image_id}'
      await answer(own().PATCH(path, { ...ofImage(id, image.image_id), body }))
      await refresh()
    },
    onSuccess: onClose,
  })

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const filled = (name: string) => String(form.get(name) ?? '').trim() || null
    if (!saving.isPending) saving.mutate({ alt: filled('alt'), room_type_id: filled('of_room') })
  }

  return (
    <Dialog heading={words.describe} onClose={onClose}>
      {(close) => (
        <form className={ui.stack} onSubmit={submit}>
          {saving.error && <OwnerTrouble error={saving.error} />}
          <Field name="alt" label={words.alt} hint={words.altHint} value={image.alt}>
            {(given) => <input {...given} maxLength={250} required placeholder={words.altExample} />}
          </Field>
          <ChoiceField
            name="of_room"
            label={words.shows}
            value={image.room_type_id ?? ''}
            empty={words.wholeHotel}
            choices={rooms.map((room) => ({ value: room.room_type_id, name: room.name }))}
          />
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

function DeleteDialog({ id, image, onClose }: DialogProps) {
  const refresh = useRefresh()
  const deleting = useMutation({
    mutationFn: async () => {
      await answer(own().DELETE('/properties/{property_id}/images/{image_id}', ofImage(id, image.image_id)))
      await refresh()
    },
    onSuccess: onClose,
  })
  return (
    <Dialog heading={words.deleteHeading} onClose={onClose}>
      {(close) => (
        <>
          <p className={ui.lead}>{words.deleteText}</p>
          {deleting.error && <OwnerTrouble error={deleting.error} />}
          <div className={ui.row}>
            <button className={ui.button} type="button" onClick={close}>
              {words.keep}
            </button>
            <button className={ui.quiet} type="button" onClick={() => deleting.isPending || deleting.mutate()}>
              {words.delete}
            </button>
          </div>
        </>
      )}
    </Dialog>
  )
}
