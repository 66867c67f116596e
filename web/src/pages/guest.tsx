import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { answer, own } from '../api/client'
import { at, guest } from '../api/queries'
import type { Guest, GuestRequest } from '../api/types'
import { Field, wrongFields } from '../components/field'
import { Columns, HoldFrame } from '../components/hold_frame'
import { Bill, Nights } from '../components/price'
import { Bones } from '../components/skeleton'
import { StaySummary } from '../components/stay_summary'
import { Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { text } from '../messages'
import { useLocation } from '../router'
import css from './guest.module.css'

export default function GuestPage({ id }: { id: string }) {
  const known = useQuery(guest(id))
  return (
    <HoldFrame id={id} step={0} heading={text.headings.guest}>
      {({ booking, hotel }) => (
        <Columns
          side={
            <StaySummary booking={booking} hotel={hotel}>
              <Bill pricing={booking.pricing} currency={booking.currency} />
              <Nights lines={booking.pricing.lines} currency={booking.currency} />
            </StaySummary>
          }
        >
          <div className={ui.stack}>
            <p className={ui.lead}>{text.guest.lead}</p>
            {known.isPending ? <Bones /> : <GuestForm id={id} known={known.data ?? undefined} />}
          </div>
        </Columns>
      )}
    </HoldFrame>
  )
}

function GuestForm({ id, known }: { id: string; known: Guest | undefined }) {
  const [, go] = useLocation()
  const client = useQueryClient()
  const saving = useMutation({
    mutationFn: (body: GuestRequest) => answer(own().PUT('/bookings/{booking_id}/guest', { ...at(id), body })),
    onSuccess: (saved) => {
      client.setQueryData(guest(id).queryKey, saved)
      go(`/bookings/${id}/pay`)
    },
  })
  const wrong = wrongFields(saving.error)

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (saving.isPending) return
    const form = new FormData(event.currentTarget)
    const filled = (name: string) => String(form.get(name) ?? '').trim()
    const phone = filled('phone')
    const country = filled('country').toUpperCase()
    const arrival_time = filled('arrival_time')
    const wishes = filled('wishes')
    saving.mutate({
      name: filled('name'),
      email: filled('email'),
      ...(phone && { phone }),
      ...(country && { country }),
      ...(arrival_time && { arrival_time }),
      ...(wishes && { wishes }),
    })
  }

  const field = (name: keyof Guest, label: string, options: { hint?: string; optional?: boolean } = {}) => ({
    name,
    label,
    ...options,
    wrong: wrong.get(name),
    value: known?.[name] ?? '',
  })

  return (
    <form className={css.form} onSubmit={submit}>
      {saving.error && wrong.size === 0 && <Trouble error={saving.error} />}
      {wrong.size > 0 && (
        <p className={ui.bad} role="alert">
          {text.guest.mend}
        </p>
      )}
      <Field {...field('name', text.guest.name, { hint: text.guest.nameHint })}>
        {(given) => <input {...given} autoComplete="name" maxLength={100} required />}
      </Field>
      <div className={css.pair}>
        <Field {...field('email', text.guest.email)}>
          {(given) => <input {...given} type="email" autoComplete="email" maxLength={254} required />}
        </Field>
        <Field {...field('phone', text.guest.phone, { hint: text.guest.phoneHint, optional: true })}>
          {(given) => <input {...given} type="tel" autoComplete="tel" maxLength={40} />}
        </Field>
        <Field {...field('country', text.guest.country, { hint: text.guest.countryHint, optional: true })}>
          {(given) => <input {...given} autoComplete="country" pattern="[A-Za-z]{2}" maxLength={2} />}
        </Field>
        <Field {...field('arrival_time', text.guest.arrival, { optional: true })}>
          {(given) => <input {...given} type="time" />}
        </Field>
      </div>
      <Field {...field('wishes', text.guest.wishes, { hint: text.guest.wishesHint, optional: true })}>
        {(given) => <textarea {...given} maxLength={500} rows={3} />}
      </Field>
      <p>
        <button className={ui.button} type="submit" aria-disabled={saving.isPending}>
          {saving.isPending ? text.guest.saving : text.guest.next}
        </button>
      </p>
    </form>
  )
}
