import { useState } from 'react'
import { answer, own } from '../api/client'
import { at, isHold } from '../api/queries'
import { Field } from '../components/field'
import ui from '../components/ui.module.css'
import { minorUnits } from '../format/money'
import { adminText } from '../messages/admin'
import { Ask } from './ask'
import css from './frame.module.css'
import type { DeskBooking } from './queries'
import { CloseRefund, SettleBooking } from './settling'

const words = adminText.booking

/** What can be done with the booking as it is; the API decides again. */
export function Desk({ booking }: { booking: DeskBooking }) {
  const { booking_id: id, stay } = booking
  const hold = isHold(booking)
  const confirmed = booking.status === 'confirmed'
  const inHouse = Boolean(stay?.checked_in_at)
  const left = Boolean(stay?.checked_out_at)
  const waits = booking.tasks.length > 0
  if (!hold && !confirmed && !waits) return <p className={ui.soft}>{words.nothing}</p>
  return (
    <div className={ui.row}>
      {hold && <Confirm id={id} />}
      {confirmed && !inHouse && (
        <Ask
          label={words.checkIn}
          heading={words.checkInHeading}
          lead={words.stayText}
          reason="optional"
          run={(reason) =>
            answer(
              own().POST('/admin/bookings/{booking_id}/check_in', { ...at(id), body: { ...(reason && { reason }) } }),
            )
          }
        />
      )}
      {confirmed && !inHouse && !stay?.no_show && (
        <Ask
          label={words.noShow}
          heading={words.noShowHeading}
          lead={words.noShowText}
          reason="required"
          run={(reason) => answer(own().POST('/admin/bookings/{booking_id}/no_show', { ...at(id), body: { reason } }))}
        />
      )}
      {confirmed && inHouse && !left && (
        <Ask
          label={words.checkOut}
          heading={words.checkOutHeading}
          lead={words.stayText}
          reason="optional"
          run={(reason) =>
            answer(
              own().POST('/admin/bookings/{booking_id}/check_out', { ...at(id), body: { ...(reason && { reason }) } }),
            )
          }
        />
      )}
      {(hold || confirmed) && <Cancel booking={booking} hold={hold} />}
      {waits && <SettleBooking id={id} />}
      {booking.tasks.some((task) => task.action === 'refund') && <CloseRefund id={id} />}
    </div>
  )
}

function Confirm({ id }: { id: string }) {
  return (
    <Ask
      label={words.confirm}
      heading={words.confirmHeading}
      lead={words.confirmText}
      reason="required"
      run={(reason) =>
        answer(
          own().POST('/admin/bookings/{booking_id}/finalize', { ...at(id), body: { payment_mode: 'admin', reason } }),
        )
      }
    />
  )
}

const REFUNDS = ['policy', 'full', 'amount'] as const

function Cancel({ booking, hold }: { booking: DeskBooking; hold: boolean }) {
  const { currency } = booking
  const chosen = (form: FormData) => REFUNDS.find((one) => one === form.get('refund')) ?? 'policy'
  const typed = (form: FormData) => minorUnits(String(form.get('amount') ?? ''), currency)
  return (
    <Ask
      label={words.cancel}
      heading={words.cancelHeading}
      lead={hold ? words.cancelHoldText : words.cancelText}
      reason="required"
      extra={hold ? undefined : <RefundChoice />}
      check={(form) => (chosen(form) === 'amount' && typed(form) === undefined ? words.amountWrong : undefined)}
      run={(reason, form) => {
        const refund = chosen(form)
        const body = { reason, refund, ...(refund === 'amount' && { amount: typed(form) }) }
        return answer(own().POST('/admin/bookings/{booking_id}/cancel', { ...at(booking.booking_id), body }))
      }}
    />
  )
}

/** An amount is asked for only where it counts. */
function RefundChoice() {
  const [refund, setRefund] = useState<(typeof REFUNDS)[number]>('policy')
  return (
    <>
      <fieldset className={css.choice}>
        <legend className={ui.label}>{words.refund}</legend>
        {REFUNDS.map((one) => (
          <label key={one}>
            <input type="radio" name="refund" value={one} checked={one === refund} onChange={() => setRefund(one)} />
            {words.refunds[one]}
          </label>
        ))}
      </fieldset>
      {refund === 'amount' && (
        <Field name="amount" label={words.amount} value="">
          {(given) => <input {...given} inputMode="decimal" autoComplete="off" />}
        </Field>
      )}
    </>
  )
}
