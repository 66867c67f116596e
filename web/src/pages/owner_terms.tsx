import { useState } from 'react'
import ui from '../components/ui.module.css'
import { todayIn } from '../format/dates'
import { ownerText } from '../messages/owner'
import { currencies } from '../owner/choices'
import { DraftForm, Newest } from '../owner/draft_form'
import { CheckField, ChoiceField } from '../owner/inputs'
import css from '../owner/owner.module.css'
import { PolicyEditor, type PolicyRow, policyRows, readPolicy } from '../owner/policy_editor'
import { Lacking, Registration } from '../owner/registration'
import { readTaxes, TaxEditor, type TaxRows, taxRows } from '../owner/tax_editor'
import type { Draft, DraftChange } from '../owner/types'

const words = ownerText.terms

export default function OwnerTermsPage({ id }: { id: string }) {
  return (
    <Registration id={id} step="terms">
      {(hotel, checked) => (
        <>
          <Lacking checked={checked} step="terms" />
          <Newest hotel={hotel}>
            {(draft, onReplaced) => <Terms id={id} hotel={draft} onReplaced={onReplaced} />}
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

function Terms({ id, hotel, onReplaced }: Props) {
  const [policy, setPolicy] = useState<PolicyRow[] | undefined>(() => policyRows(hotel.cancellation_policy))
  const [taxes, setTaxes] = useState<TaxRows | undefined>(() => taxRows(hotel.taxes, hotel.currency))
  const [currency, setCurrency] = useState(hotel.currency ?? '')

  function read(form: FormData): DraftChange {
    return {
      currency: currency || null,
      guest_required: form.get('guest_required') !== null,
      cancellation_policy: policy ? readPolicy(policy) : null,
      taxes: taxes ? readTaxes(taxes, currency || 'INR') : null,
    }
  }

  return (
    <DraftForm id={id} hotel={hotel} read={read} onReplaced={onReplaced}>
      {({ hotel: known, wrong, touched }) => (
        <>
          <div className={css.form} onChange={(event) => setCurrency(chosen(event.target) ?? currency)}>
            <ChoiceField
              name="currency"
              label={ownerText.labels.currency}
              hint={words.currencyHint}
              wrong={wrong.get('currency')}
              value={known.currency ?? ''}
              choices={currencies()}
              empty={ownerText.place.choose}
            />
          </div>
          <PolicyEditor
            rows={policy}
            onChange={(rows) => {
              setPolicy(rows)
              touched()
            }}
          />
          <TaxEditor
            rows={taxes}
            country={known.country}
            currency={currency || 'INR'}
            today={todayIn(known.timezone ?? 'UTC')}
            onChange={(rows) => {
              setTaxes(rows)
              touched()
            }}
          />
          <fieldset className={`${ui.card} ${ui.tight}`}>
            <legend className={css.legend}>{words.guests}</legend>
            <CheckField name="guest_required" label={words.guestRequired} value={known.guest_required} />
          </fieldset>
        </>
      )}
    </DraftForm>
  )
}

function chosen(target: EventTarget): string | undefined {
  return target instanceof HTMLSelectElement && target.name === 'currency' ? target.value : undefined
}
