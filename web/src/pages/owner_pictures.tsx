import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ChangeEvent, type FormEvent, useState } from 'react'
import { answer, own } from '../api/client'
import ui from '../components/ui.module.css'
import { ownerText } from '../messages/owner'
import { Loaded } from '../owner/hotel_frame'
import css from '../owner/owner.module.css'
import { PictureCard } from '../owner/picture_card'
import { images, ofHotel, useRefresh } from '../owner/queries'
import { Lacking, Registration } from '../owner/registration'
import { OwnerTrouble } from '../owner/trouble'
import type { Draft, OwnImage } from '../owner/types'
import { isPicture, TYPES, upload, useImages } from '../owner/uploads'

const words = ownerText.pictures

export default function OwnerPicturesPage({ id }: { id: string }) {
  return (
    <Registration id={id} step="pictures">
      {(hotel, checked) => (
        <>
          <Lacking checked={checked} step="pictures" />
          <Pictures id={id} hotel={hotel} />
        </>
      )}
    </Registration>
  )
}

function Pictures({ id, hotel }: { id: string; hotel: Draft }) {
  const found = useImages(id)
  const client = useQueryClient()
  const refresh = useRefresh()
  const ordering = useMutation({
    mutationFn: (image_ids: string[]) =>
      answer(own().PUT('/properties/{property_id}/images/order', { ...ofHotel(id), body: { image_ids } })),
    onSuccess: async (list) => {
      client.setQueryData(images(id).queryKey, list)
      await refresh()
    },
  })

  function move(list: readonly OwnImage[], from: number, to: number) {
    const ids = list.map((one) => one.image_id)
    const [moved] = ids.splice(from, 1)
    if (moved && !ordering.isPending) ordering.mutate(ids.toSpliced(to, 0, moved))
  }

  return (
    <>
      <UploadForm id={id} />
      {ordering.error && <OwnerTrouble error={ordering.error} />}
      <Loaded found={found}>
        {({ images: list }) =>
          list.length === 0 ? (
            <p className={ui.soft}>{words.none}</p>
          ) : (
            <ol className={css.pictures}>
              {list.map((image, index) => (
                <PictureCard
                  key={image.image_id}
                  id={id}
                  image={image}
                  rooms={hotel.room_types}
                  position={index}
                  count={list.length}
                  onMove={(to) => move(list, index, to)}
                />
              ))}
            </ol>
          )
        }
      </Loaded>
    </>
  )
}

interface Chosen {
  key: string
  file: File
  alt: string
}

/** Files are chosen, described, and sent one after the other. */
function UploadForm({ id }: { id: string }) {
  const [chosen, setChosen] = useState<readonly Chosen[]>([])
  const [refused, setRefused] = useState<readonly string[]>([])
  const refresh = useRefresh()
  const sending = useMutation({
    mutationFn: async () => {
      for (const one of chosen) {
        await upload(id, one.key, one.file, one.alt.trim())
        setChosen((rest) => rest.filter(({ key }) => key !== one.key))
      }
    },
    onSettled: () => refresh(),
  })

  function choose(event: ChangeEvent<HTMLInputElement>) {
    const files = [...(event.target.files ?? [])]
    event.target.value = ''
    const good = files.filter(isPicture)
    setRefused(files.filter((file) => !good.includes(file)).map((file) => file.name))
    setChosen([...chosen, ...good.map((file) => ({ key: crypto.randomUUID(), file, alt: '' }))])
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    if (!sending.isPending) sending.mutate()
  }

  return (
    <form className={`${ui.card} ${ui.stack}`} onSubmit={submit}>
      <label className={ui.field}>
        <span className={ui.label}>{words.choose}</span>
        <input className={css.file} type="file" accept={TYPES.join(',')} multiple onChange={choose} />
        <span className={ui.soft}>{words.chooseHint}</span>
      </label>
      {refused.length > 0 && (
        <p className={ui.bad} role="alert">
          {words.notTaken(refused.join(', '))}
        </p>
      )}
      {chosen.map((one) => (
        <label className={ui.field} key={one.key}>
          <span className={ui.label}>{words.altOf(one.file.name)}</span>
          <input
            className={ui.input}
            maxLength={250}
            required
            placeholder={words.altExample}
            value={one.alt}
            onChange={(event) =>
              setChosen(chosen.map((of) => (of.key === one.key ? { ...of, alt: event.target.value } : of)))
            }
          />
        </label>
      ))}
      {sending.error && <OwnerTrouble error={sending.error} />}
      {chosen.length > 0 && (
        <div className={ui.row}>
          <button className={ui.button} type="submit" aria-disabled={sending.isPending}>
            {sending.isPending ? words.sending : words.send(chosen.length)}
          </button>
          <button className={ui.quiet} type="button" onClick={() => setChosen([])}>
            {ownerText.ask.cancel}
          </button>
        </div>
      )}
    </form>
  )
}
