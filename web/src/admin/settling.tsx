import { answer, own } from '../api/client'
import { at } from '../api/queries'
import ui from '../components/ui.module.css'
import { adminText } from '../messages/admin'
import { Ask } from './ask'
import css from './frame.module.css'

const words = adminText.payments

/** Tries what a booking has due at its gateway. */
export function SettleBooking({ id, onDone }: { id: string; onDone?: (text: string) => void }) {
  return (
    <Ask
      label={words.settle}
      heading={words.settleHeading}
      lead={words.settleText}
      reason="required"
      run={(reason) => answer(own().POST('/admin/bookings/{booking_id}/settle', { ...at(id), body: { reason } }))}
      onDone={(booking) => onDone?.(booking.refund_pending ? words.unsettled : words.settled)}
    />
  )
}

/** A refund that can never succeed is paid in another way. */
export function CloseRefund({ id }: { id: string }) {
  return (
    <Ask
      label={words.closeRefund}
      heading={words.closeRefundHeading}
      lead={words.closeRefundText}
      reason="required"
      extra={<Paid />}
      run={(reason, form) =>
        answer(
          own().POST('/admin/bookings/{booking_id}/refunds/close', {
            ...at(id),
            body: { reason, paid: form.get('paid') === 'wallet' ? 'wallet' : 'outside' },
          }),
        )
      }
    />
  )
}

function Paid() {
  return (
    <fieldset className={css.choice}>
      <legend className={ui.label}>{words.paid}</legend>
      {(['outside', 'wallet'] as const).map((way) => (
        <label key={way}>
          <input type="radio" name="paid" value={way} defaultChecked={way === 'outside'} />
          {words[way]}
        </label>
      ))}
    </fieldset>
  )
}

export function SettleTopup({ id, onDone }: { id: string; onDone?: (text: string) => void }) {
  return (
    <Ask
      label={words.settle}
      heading={words.settleHeading}
      lead={words.settleText}
      reason="required"
      run={(reason) =>
        answer(own().POST('/admin/topups/{topup_id}/settle', { params: { path: { topup_id: id } }, body: { reason } }))
      }
      onDone={(topup) => onDone?.(topup.status === 'pending' ? words.unsettled : words.settled)}
    />
  )
}

export function CloseTopup({ id }: { id: string }) {
  return (
    <Ask
      label={words.closeTopup}
      heading={words.closeTopupHeading}
      lead={words.closeTopupText}
      reason="required"
      run={(reason) =>
        answer(own().POST('/admin/topups/{topup_id}/close', { params: { path: { topup_id: id } }, body: { reason } }))
      }
    />
  )
}

export function CloseCase({ id }: { id: string }) {
  return (
    <Ask
      label={words.closeCase}
      heading={words.closeCaseHeading}
      lead={words.closeCaseText}
      reason="required"
      run={(reason) =>
        answer(own().POST('/admin/cases/{case_id}/close', { params: { path: { case_id: id } }, body: { reason } }))
      }
    />
  )
}
