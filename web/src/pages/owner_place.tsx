import { Field } from '../components/field'
import { ownerText } from '../messages/owner'
import { countries, timezones } from '../owner/choices'
import { DraftForm, Newest } from '../owner/draft_form'
import { ChoiceField } from '../owner/inputs'
import css from '../owner/owner.module.css'
import { Lacking, Registration } from '../owner/registration'
import type { Draft, DraftChange } from '../owner/types'

const words = ownerText.place

export default function OwnerPlacePage({ id }: { id: string }) {
  return (
    <Registration id={id} step="place">
      {(hotel, checked) => (
        <>
          <Lacking checked={checked} step="place" />
          <Newest hotel={hotel}>
            {(draft, onReplaced) => <Place id={id} hotel={draft} onReplaced={onReplaced} />}
          </Newest>
        </>
      )}
    </Registration>
  )
}

interface Props {
  id: string
  hotel: Draft
  onReplaced: (kept: Draft) => void
}

function Place({ id, hotel, onReplaced }: Props) {
  return (
    <DraftForm id={id} hotel={hotel} read={read} onReplaced={onReplaced}>
      {({ hotel: known, wrong }) => {
        const field = (name: keyof typeof words.fields) => ({
          name,
          label: words.fields[name],
          hint: (words.hints as Record<string, string>)[name],
          wrong: wrong.get(name),
        })
        return (
          <div className={css.form}>
            <Field {...field('name')} value={known.name}>
              {(given) => <input {...given} maxLength={200} required />}
            </Field>
            <Field {...field('city')} value={known.city}>
              {(given) => <input {...given} maxLength={64} required />}
            </Field>
            <ChoiceField {...field('country')} value={known.country ?? ''} choices={countries()} empty={words.choose} />
            <ChoiceField
              {...field('timezone')}
              value={known.timezone ?? ''}
              choices={timezones(known.timezone)}
              empty={words.choose}
            />
            <div className={css.whole}>
              <Field {...field('address')} value={known.address ?? ''}>
                {(given) => <input {...given} maxLength={200} autoComplete="off" />}
              </Field>
            </div>
            <div className={css.whole}>
              <Field {...field('description')} value={known.description ?? ''}>
                {(given) => <textarea {...given} rows={5} />}
              </Field>
            </div>
            <div className={css.whole}>
              <Field {...field('amenities')} value={known.amenities.join(', ')}>
                {(given) => <input {...given} autoComplete="off" />}
              </Field>
            </div>
            <Field {...field('day_ends_at')} value={known.day_ends_at}>
              {(given) => <input {...given} type="time" />}
            </Field>
          </div>
        )
      }}
    </DraftForm>
  )
}

function read(form: FormData): DraftChange {
  const filled = (name: string) => String(form.get(name) ?? '').trim()
  const amenities = filled('amenities').split(',')
  return {
    name: filled('name'),
    city: filled('city'),
    country: filled('country') || null,
    timezone: filled('timezone') || null,
    address: filled('address') || null,
    description: filled('description') || null,
    amenities: [...new Set(amenities.map((one) => one.trim()).filter(Boolean))],
    day_ends_at: filled('day_ends_at') || null,
  }
}
