/** What the desk does with a stay: the guest came, left or did not come; or the booking ends with a refund. */
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { answer, own } from '../api/client'
import { Field, wrongFields } from '../components/field'
import ui from '../components/ui.module.css'
import { minorUnits } from '../format/money'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import { AmountField, ChoiceField } from './inputs'
import { useRefresh } from './queries'
import { OwnerTrouble } from './trouble'
import type { DeskBooking, DeskCancel } from './types'

const words = ownerText.desk

export type Action = 'check_in' | 'check_out' | 'no_show' | 'cancel'

interface Known {
  status: string
  checked_in_at?: string | null
  checked_out_at?: string | null
  no_show?: boolean
}

/** What may be done now; whether it may, the API decides. */
export function actionsOf({ status, checked_in_at, checked_out_at, no_show }: Known): Action[] {
  if (status !== 'confirmed' || checked_out_at || no_show) return []
  return checked_in_at ? ['check_out'] : ['check_in', 'no_show', 'cancel']
}

/** Where a stay is, in two words. */
export function stayState(known: Known): keyof typeof words.states {
  if (known.status !== 'confirmed') return 'cancelled'
  if (known.no_show) return 'noShow'
  if (known.checked_out_at) return 'left'
  return known.checked_in_at ? 'here' : 'expected'
}

export function StayTag({ stay }: { stay: Known }) {
  const state = stayState(stay)
  const look = { here: ui.tagGood, expected: ui.tagWarn, left: ui.tag, noShow: ui.tagBad, cancelled: ui.tag }[state]
  return <span className={look}>{words.states[state]}</span>
}

export function useDesk(bookingId: string, onDone?: () => void) {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: async ({ action, reason }: { action: 'check_in' | 'check_out' | 'no_show'; reason: string }) => {
      const params = { path: { booking_id: bookingId } }
      const why = reason ? { reason } : {}
      if (action === 'no_show')
        await answer(own().POST('/owner/bookings/{booking_id}/no_show', { params, body: { reason } }))
      else if (action === 'check_in') {
        await answer(own().POST('/owner/bookings/{booking_id}/check_in', { params, body: why }))
      } else await answer(own().POST('/owner/bookings/{booking_id}/check_out', { params, body: why }))
      await refresh()
    },
    onSuccess: onDone,
  })
}

interface Props {
  booking: DeskBooking
}

/** The actions of a booking, each with what it needs to be told. */
export function DeskActions({ booking }: Props) {
  const [asked, setAsked] = useState<'no_show' | 'cancel'>()
  const known = {
    status: booking.status,
    checked_in_at: booking.stay?.checked_in_at,
    checked_out_at: booking.stay?.checked_out_at,
    no_show: booking.stay?.no_show,
  }
  const doing = useDesk(booking.booking_id, () => setAsked(undefined))
  const may = actionsOf(known)
  if (may.length === 0) return null
  return (
    <div className={ui.tight}>
      {doing.error && <OwnerTrouble error={doing.error} />}
      {asked === undefined && (
        <div className={ui.row}>
          {may.map((action, index) => (
            <button
              className={`${index === 0 ? ui.button : ui.quiet} ${ui.small}`}
              type="button"
              key={action}
              aria-disabled={doing.isPending}
              onClick={() => {
                if (action === 'no_show' || action === 'cancel') setAsked(action)
                else if (!doing.isPending) doing.mutate({ action, reason: '' })
              }}
            >
              {words.actions[action]}
            </button>
          ))}
        </div>
      )}
      {asked === 'no_show' && (
        <NoShow
          pending={doing.isPending}
          onSay={(reason) => doing.mutate({ action: 'no_show', reason })}
          onBack={() => setAsked(undefined)}
        />
      )}
      {asked === 'cancel' && <Cancel booking={booking} onBack={() => setAsked(undefined)} />}
    </div>
  )
}

/** The button that asked for the form is gone: the keyboard goes on in its first field. */
function focused(field: HTMLInputElement | null) {
  field?.focus()
}

interface NoShowProps {
  pending: boolean
  onSay: (reason: string) => void
  onBack: () => void
}

function NoShow({ pending, onSay, onBack }: NoShowProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (!pending) onSay(String(new FormData(event.currentTarget).get('reason')).trim())
  }
  return (
    <form className={ui.tight} onSubmit={submit}>
      <p className={ui.soft}>{words.noShowText}</p>
      <Field name="reason" label={words.reason} value="">
        {(given) => <input {...given} ref={focused} maxLength={200} autoComplete="off" required />}
      </Field>
      <Ends pending={pending} label={words.actions.no_show} onBack={onBack} />
    </form>
  )
}

/** A refund by the policy, of everything, or of an amount: how much the policy gives is the API's to say. */
function Cancel({ booking, onBack }: Props & { onBack: () => void }) {
  const refresh = useRefresh()
  const [refund, setRefund] = useState<DeskCancel['refund']>('policy')
  const [bad, setBad] = useState(false)
  const cancelling = useMutation({
    mutationFn: async (body: DeskCancel) => {
      const params = { path: { booking_id: booking.booking_id } }
      await answer(own().POST('/owner/bookings/{booking_id}/cancel', { params, body }))
      await refresh()
    },
    onSuccess: onBack,
  })
  const wrong = wrongFields(cancelling.error)

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const amount = minorUnits(String(form.get('amount') ?? ''), booking.currency)
    const isBad = refund === 'amount' && amount === undefined
    setBad(isBad)
    if (isBad || cancelling.isPending) return
    const reason = String(form.get('reason')).trim()
    cancelling.mutate({ reason, refund, ...(refund === 'amount' && { amount }) })
  }

  return (
    <form
      className={ui.tight}
      onSubmit={submit}
      onChange={(event) => {
        if (event.target instanceof HTMLSelectElement) setRefund(event.target.value as DeskCancel['refund'])
      }}
    >
      <p className={ui.soft}>{words.cancelText}</p>
      {cancelling.error && <OwnerTrouble error={cancelling.error} />}
      <Field name="reason" label={words.reason} value="" wrong={wrong.get('reason')}>
        {(given) => <input {...given} ref={focused} maxLength={200} autoComplete="off" required />}
      </Field>
      <ChoiceField
        name="refund"
        label={words.refund}
        value={refund}
        choices={(['policy', 'full', 'amount'] as const).map((value) => ({ value, name: words.refunds[value] }))}
      />
      {refund === 'amount' && (
        <AmountField
          name="amount"
          label={words.refundAmount}
          currency={booking.currency}
          wrong={bad ? text.wallet.amountBad : wrong.get('amount')}
        />
      )}
      <Ends pending={cancelling.isPending} label={words.actions.cancel} onBack={onBack} />
    </form>
  )
}

function Ends({ pending, label, onBack }: { pending: boolean; label: string; onBack: () => void }) {
  return (
    <div className={ui.row}>
      <button className={`${ui.button} ${ui.small}`} type="submit" aria-disabled={pending}>
        {pending ? text.loading : label}
      </button>
      <button className={`${ui.quiet} ${ui.small}`} type="button" onClick={onBack}>
        {ownerText.ask.cancel}
      </button>
    </div>
  )
}
