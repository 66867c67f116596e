import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { answer, own } from '../api/client'
import type { OwnedHotel } from '../api/types'
import { Dialog } from '../components/dialog'
import { Field, wrongFields } from '../components/field'
import { More } from '../components/more'
import { Scene } from '../components/scene'
import { Bones } from '../components/skeleton'
import { Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { ownerText } from '../messages/owner'
import { ForOwners } from '../owner/frame'
import { RUN_PAGES } from '../owner/hotel_frame'
import { useHotels } from '../owner/queries'
import type { Step } from '../owner/registration'
import { StateTags } from '../owner/state'
import { Link, useLocation } from '../router'
import css from './owner_hotels.module.css'

const words = ownerText.hotels

export default function OwnerHotelsPage() {
  return (
    <ForOwners heading={ownerText.titles.hotels}>
      <Hotels />
    </ForOwners>
  )
}

function Hotels() {
  const found = useHotels()
  const [beginning, setBeginning] = useState(false)
  const hotels = found.data?.pages.flatMap((page) => page.properties) ?? []
  return (
    <div className={ui.stack}>
      <div className={ui.between}>
        <div className={ui.tight}>
          <h1>{ownerText.titles.hotels}</h1>
          <p className={ui.lead}>{words.lead}</p>
        </div>
        <button className={ui.button} type="button" onClick={() => setBeginning(true)}>
          {words.begin}
        </button>
      </div>
      {found.error ? (
        <Trouble error={found.error} again={() => void found.refetch()} />
      ) : !found.data ? (
        <Bones />
      ) : hotels.length === 0 ? (
        <div className={ui.notice}>
          <p>{words.none}</p>
          <p className={ui.soft}>{words.noneHint}</p>
        </div>
      ) : (
        <ul className={css.hotels}>
          {hotels.map((hotel) => (
            <li key={hotel.property_id}>
              <Card hotel={hotel} />
            </li>
          ))}
        </ul>
      )}
      <More of={found} label={words.more} />
      {beginning && <BeginDialog onClose={() => setBeginning(false)} />}
    </div>
  )
}

function Card({ hotel }: { hotel: OwnedHotel }) {
  const path = `/owner/hotels/${hotel.property_id}`
  const hidden = <span className={ui.hidden}> {hotel.name}</span>
  const isPublic = hotel.public !== null && hotel.public !== undefined
  return (
    <article className={css.hotel}>
      <div className={css.art}>
        <Scene seed={hotel.property_id} />
      </div>
      <div className={ui.tight}>
        <div className={ui.between}>
          <div>
            <p className={ui.eyebrow}>{hotel.city}</p>
            <h2>{hotel.name}</h2>
          </div>
          <p className={ui.row}>
            <StateTags hotel={hotel} />
          </p>
        </div>
        {isPublic && (
          <ul className={css.run}>
            {RUN_PAGES.map((page) => (
              <li key={page}>
                <Link className={`${ui.quiet} ${ui.small}`} href={`${path}/${page}`}>
                  {ownerText.titles[page]}
                  {hidden}
                </Link>
              </li>
            ))}
          </ul>
        )}
        <p className={ui.row}>
          <Link className={isPublic ? undefined : `${ui.button} ${ui.small}`} href={`${path}/${entry(hotel)}`}>
            {isPublic ? words.change : words.register}
            {hidden}
          </Link>
          {hotel.public === 'live' && (
            <Link href={`/hotels/${hotel.property_id}`}>
              {words.guestView}
              {hidden}
            </Link>
          )}
        </p>
      </div>
    </article>
  )
}

/** What was decided, or waits for a decision, is read on the last step. */
function entry(hotel: OwnedHotel): Step {
  return hotel.state === 'draft' ? 'place' : 'review'
}

/** A name and a city begin a hotel; its draft is filled in from there. */
function BeginDialog({ onClose }: { onClose: () => void }) {
  const [, go] = useLocation()
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const begin = useMutation({
    mutationFn: (body: { name: string; city: string }) =>
      answer(own().POST('/properties', { params: { header: { 'Idempotency-Key': key } }, body })),
    onSuccess: async ({ property_id }) => {
      await client.invalidateQueries({ queryKey: ['owned', 'hotels'] })
      go(`/owner/hotels/${property_id}/place`)
    },
  })
  const wrong = wrongFields(begin.error)

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    if (!begin.isPending) begin.mutate({ name: String(form.get('name')).trim(), city: String(form.get('city')).trim() })
  }

  return (
    <Dialog heading={words.begin} onClose={onClose}>
      {(close) => (
        <form className={ui.stack} onSubmit={submit}>
          <p className={ui.lead}>{words.beginLead}</p>
          {begin.error && wrong.size === 0 && <Trouble error={begin.error} />}
          <Field name="name" label={words.name} value="" wrong={wrong.get('name')}>
            {(given) => <input {...given} autoComplete="off" maxLength={200} required />}
          </Field>
          <Field name="city" label={words.city} hint={words.cityHint} value="" wrong={wrong.get('city')}>
            {(given) => <input {...given} autoComplete="off" maxLength={64} required />}
          </Field>
          <div className={ui.row}>
            <button className={ui.button} type="submit" aria-disabled={begin.isPending}>
              {begin.isPending ? words.beginning : words.start}
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
