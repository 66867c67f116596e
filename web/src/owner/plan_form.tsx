import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { answer, own } from '../api/client'
import { Dialog } from '../components/dialog'
import { Field, wrongFields } from '../components/field'
import ui from '../components/ui.module.css'
import { minorUnits, money, percent } from '../format/money'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import { AmountField, CheckField, ChoiceField, CountField } from './inputs'
import css from './owner.module.css'
import { ofRoomType, useRefresh } from './queries'
import { OwnerTrouble } from './trouble'
import { basisPoints, idOf, shareTyped } from './typed'
import type { NamedPlan, OwnRoomType } from './types'

const words = ownerText.plan

/** What a rate plan says, in a line. */
export function planText(plan: NamedPlan, currency: string): string {
  const { percent_bp = 0, amount = 0 } = plan.derived ?? {}
  return [
    percent_bp !== 0 && words.share(percent(percent_bp)),
    amount !== 0 && words.amountText(money(amount, currency)),
    plan.meal ? words.mealText(money(plan.meal, currency)) : '',
    plan.min_stay ? text.rules.min_stay(text.counts.nights(plan.min_stay)) : '',
    plan.active === false ? words.inactive : '',
  ]
    .filter(Boolean)
    .join(' · ')
}

interface Props {
  room: OwnRoomType
  currency: string
  /** None: a new one. */
  plan?: NamedPlan
  onClose: () => void
}

export function PlanDialog({ room, plan, currency, onClose }: Props) {
  const refresh = useRefresh()
  const [bad, setBad] = useState(false)
  const path = ofRoomType(room.room_type_id)
  const saving = useMutation({
    mutationFn: async (body: NamedPlan) => {
      const { plan_id, ...rest } = body
      const params = { path: { ...path.params.path, plan_id } }
      await answer(own().PUT('/room-types/{room_type_id}/plans/{plan_id}', { params, body: rest }))
      await refresh()
    },
    onSuccess: onClose,
  })
  const removing = useMutation({
    mutationFn: async () => {
      const plans = room.plans.filter((one) => one.plan_id !== plan?.plan_id)
      await answer(own().PATCH('/room-types/{room_type_id}', { ...path, body: { plans } }))
      await refresh()
    },
    onSuccess: onClose,
  })
  const error = saving.error ?? removing.error
  const wrong = wrongFields(error)

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const filled = (name: string) => String(form.get(name) ?? '').trim()
    const count = (name: string) => (filled(name) ? Number(filled(name)) : null)
    const meal = minorUnits(filled('meal') || '0', currency)
    const percent_bp = basisPoints(filled('share') || '0')
    setBad(meal === undefined || percent_bp === undefined)
    if (meal === undefined || percent_bp === undefined || saving.isPending) return
    const refund = filled('refund')
    const taken = room.plans.map((one) => one.plan_id)
    saving.mutate({
      plan_id: plan?.plan_id ?? idOf(filled('plan_name'), taken),
      name: filled('plan_name'),
      meal,
      derived: { percent_bp, amount: plan?.derived?.amount ?? 0 },
      cancellation_policy:
        refund === 'none'
          ? [{ days_before: 0, refund_percent: 0 }]
          : refund === 'own'
            ? plan?.cancellation_policy
            : null,
      min_stay: count('min_stay'),
      max_stay: count('max_stay'),
      book_from_days: count('book_from_days'),
      book_until_days: count('book_until_days'),
      active: form.get('active') !== null,
    })
  }

  return (
    <Dialog heading={plan ? words.change(plan.name) : words.add(room.name)} onClose={onClose}>
      {(close) => (
        <form className={ui.stack} onSubmit={submit}>
          {error && <OwnerTrouble error={error} />}
          {bad && (
            <p className={ui.bad} role="alert">
              {words.bad}
            </p>
          )}
          <Field
            name="plan_name"
            label={words.name}
            hint={words.nameHint}
            value={plan?.name ?? ''}
            wrong={wrong.get('name')}
          >
            {(given) => <input {...given} maxLength={200} autoComplete="off" required />}
          </Field>
          <div className={css.form}>
            <Field
              name="share"
              label={words.percent}
              hint={words.percentHint}
              value={shareTyped(plan?.derived?.percent_bp)}
              wrong={wrong.get('derived.percent_bp')}
              optional
            >
              {(given) => <input {...given} maxLength={8} autoComplete="off" />}
            </Field>
            <AmountField
              name="meal"
              label={words.meal}
              hint={words.mealHint}
              value={plan?.meal || null}
              currency={currency}
              wrong={wrong.get('meal')}
              optional
            />
            <CountField
              name="min_stay"
              label={words.minStay}
              value={plan?.min_stay}
              min={1}
              max={30}
              optional
              wrong={wrong.get('min_stay')}
            />
            <CountField
              name="max_stay"
              label={words.maxStay}
              value={plan?.max_stay}
              min={1}
              max={30}
              optional
              wrong={wrong.get('max_stay')}
            />
            <CountField
              name="book_until_days"
              label={words.until}
              value={plan?.book_until_days}
              min={0}
              max={730}
              optional
              wrong={wrong.get('book_until_days')}
            />
            <CountField
              name="book_from_days"
              label={words.from}
              value={plan?.book_from_days}
              min={0}
              max={730}
              optional
              wrong={wrong.get('book_from_days')}
            />
          </div>
          <ChoiceField
            name="refund"
            label={words.refund}
            value={refundOf(plan)}
            choices={[
              { value: 'hotel', name: words.refunds.hotel },
              { value: 'none', name: words.refunds.none },
              ...(refundOf(plan) === 'own' ? [{ value: 'own', name: words.refunds.own }] : []),
            ]}
          />
          <CheckField name="active" label={words.active} value={plan?.active !== false} />
          <div className={ui.row}>
            <button className={ui.button} type="submit" aria-disabled={saving.isPending}>
              {saving.isPending ? ownerText.save.saving : ownerText.save.now}
            </button>
            <button className={ui.quiet} type="button" onClick={close}>
              {ownerText.ask.cancel}
            </button>
            {plan && (
              <button className={ui.link} type="button" onClick={() => removing.isPending || removing.mutate()}>
                {words.remove}
              </button>
            )}
          </div>
        </form>
      )}
    </Dialog>
  )
}

function refundOf(plan: NamedPlan | undefined): 'hotel' | 'none' | 'own' {
  const steps = plan?.cancellation_policy
  if (!steps) return 'hotel'
  return steps.every((step) => step.refund_percent === 0) ? 'none' : 'own'
}
