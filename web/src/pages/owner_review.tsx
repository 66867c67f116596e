import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { answer, own } from '../api/client'
import { wrongFields } from '../components/field'
import { Policy } from '../components/policy'
import { Shown } from '../components/scene'
import ui from '../components/ui.module.css'
import { instantAt } from '../format/dates'
import { money } from '../format/money'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import { RunLinks } from '../owner/hotel_frame'
import css from '../owner/owner.module.css'
import { ofHotel, useRefresh } from '../owner/queries'
import { Lacking, Registration, type Step, stepOf } from '../owner/registration'
import { taxLines } from '../owner/tax_text'
import { OwnerTrouble } from '../owner/trouble'
import type { Checklist, Draft } from '../owner/types'
import { useImages } from '../owner/uploads'
import { Link } from '../router'

const words = ownerText.review

export default function OwnerReviewPage({ id }: { id: string }) {
  return (
    <Registration id={id} step="review">
      {(hotel, checked) => <Review id={id} hotel={hotel} checked={checked} />}
    </Registration>
  )
}

function Review({ id, hotel, checked }: { id: string; hotel: Draft; checked: Checklist }) {
  const refresh = useRefresh()
  const submitting = useMutation({
    mutationFn: () => answer(own().POST('/properties/{property_id}/submit', ofHotel(id))),
    onSettled: () => refresh(),
  })
  const waits = hotel.state === 'submitted'
  const isNew = hotel.live_revision === 0 || hotel.has_changes
  return (
    <>
      <What hotel={hotel} />
      {!checked.complete && <Missing id={id} checked={checked} />}
      <Content id={id} hotel={hotel} />
      {submitting.error && <OwnerTrouble error={submitting.error} />}
      {wrongFields(submitting.error).size > 0 && <Lacking checked={checked} step="review" />}
      {!waits && isNew && (
        <div className={`${ui.card} ${ui.tight}`}>
          <h2 className={css.cardName}>{words.submitHeading}</h2>
          <p className={ui.lead}>{hotel.public === 'live' ? words.submitLive : words.submitText}</p>
          <p>
            <button
              className={ui.button}
              type="button"
              disabled={!checked.complete}
              aria-disabled={submitting.isPending}
              onClick={() => submitting.isPending || submitting.mutate()}
            >
              {submitting.isPending ? words.submitting : words.submit}
            </button>
          </p>
        </div>
      )}
      {hotel.public && <RunLinks id={id} />}
    </>
  )
}

/** What became of the last submission. */
function What({ hotel }: { hotel: Draft }) {
  const when = instantAt(hotel.changed_at, hotel.timezone ?? undefined)
  if (hotel.public === 'suspended') {
    return (
      <div className={ui.alarm} role="status">
        <p>{words.suspended}</p>
        {hotel.reason && <blockquote className={css.reason}>{hotel.reason}</blockquote>}
      </div>
    )
  }
  if (hotel.state === 'rejected') {
    return (
      <div className={ui.alarm} role="status">
        <p>{words.rejected}</p>
        {hotel.reason && <blockquote className={css.reason}>{hotel.reason}</blockquote>}
        <p className={ui.soft}>{words.rejectedHint}</p>
      </div>
    )
  }
  if (hotel.state === 'submitted') {
    return (
      <div className={ui.good} role="status">
        <p>{words.submitted(hotel.revision)}</p>
        <p className={ui.soft}>{words.submittedHint}</p>
      </div>
    )
  }
  if (hotel.public === 'live' && !hotel.has_changes) {
    return (
      <div className={ui.good} role="status">
        <p>{words.live}</p>
      </div>
    )
  }
  return <p className={ui.soft}>{words.draft(when)}</p>
}

function Missing({ id, checked }: { id: string; checked: Checklist }) {
  const open = checked.steps.filter((one) => one.missing.length > 0 && one.step !== 'review')
  const labels: Record<string, string> = ownerText.labels
  return (
    <div className={ui.notice}>
      <p>{words.missing}</p>
      <ul className={css.bullets}>
        {open.flatMap((of) =>
          of.missing.map(({ field, detail }) => (
            <li key={`${of.step} ${field}`}>
              <Link href={`/owner/hotels/${id}/${stepOf(of.step)}`}>{labels[field.replace(/\[.*/, '')] ?? field}</Link>{' '}
              {detail}
            </li>
          )),
        )}
      </ul>
    </div>
  )
}

/** All of it in one view, as an admin will read it. */
function Content({ id, hotel }: { id: string; hotel: Draft }) {
  const pictures = useImages(id)
  const shown = pictures.data?.images.filter((one) => one.state === 'ready') ?? []
  const currency = hotel.currency
  return (
    <div className={`${ui.card} ${ui.stack}`}>
      <Part id={id} step="place">
        <h2>{hotel.name}</h2>
        <p className={ui.soft}>{[hotel.address, hotel.city, hotel.country].filter(Boolean).join(', ')}</p>
        {hotel.description && <p className={ui.lead}>{hotel.description}</p>}
        {hotel.amenities.length > 0 && <p className={ui.soft}>{hotel.amenities.join(' · ')}</p>}
      </Part>
      <Part id={id} step="terms">
        <p className={ui.label}>{text.booking.policy}</p>
        {hotel.cancellation_policy && <Policy steps={hotel.cancellation_policy} />}
        <p className={ui.label}>{ownerText.labels.taxes}</p>
        <Taxes hotel={hotel} />
      </Part>
      <Part id={id} step="rooms">
        <p className={ui.label}>{text.hotel.rooms}</p>
        <ul className={ui.tight}>
          {hotel.room_types.map((room) => (
            <li key={room.room_type_id}>
              <p>{room.name}</p>
              <p className={ui.soft}>
                {text.counts.rooms(room.total_rooms)} · {currency ? money(room.base_price, currency) : ''}{' '}
                {text.hotel.perNight}
              </p>
            </li>
          ))}
        </ul>
      </Part>
      <Part id={id} step="pictures">
        <ul className={css.thumbs}>
          {shown.map((image) => (
            <li key={image.image_id}>
              <Shown picture={image} seed={image.image_id} sizes="8rem" />
            </li>
          ))}
        </ul>
      </Part>
    </div>
  )
}

function Taxes({ hotel }: { hotel: Draft }) {
  const { taxes, country, currency } = hotel
  if (!taxes) return <p>{country === 'IN' ? ownerText.taxes.byLaw : ownerText.taxes.none}</p>
  return (
    <ul className={css.bullets}>
      {taxLines(taxes, currency ?? 'INR').map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}

function Part({ id, step, children }: { id: string; step: Step; children: ReactNode }) {
  return (
    <section className={css.part}>
      <div className={ui.tight}>{children}</div>
      <Link href={`/owner/hotels/${id}/${step}`}>
        {words.change}
        <span className={ui.hidden}> {ownerText.titles[step]}</span>
      </Link>
    </section>
  )
}
