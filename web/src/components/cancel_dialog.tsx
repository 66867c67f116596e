import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { answer, own } from '../api/client'
import { at, cancellation, isHold } from '../api/queries'
import type { Booking, Refund } from '../api/types'
import { instantAt } from '../format/dates'
import { exact } from '../format/money'
import { text } from '../messages'
import css from '../pages/booking.module.css'
import { Bones } from './skeleton'
import { Trouble } from './trouble'
import ui from './ui.module.css'

interface Props {
  booking: Booking
  timezone: string | undefined
  onClose: () => void
}

/** Shows what cancelling gives back, now and later, before it is done. */
export default function CancelDialog({ booking, timezone, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const client = useQueryClient()
  const preview = useQuery(cancellation(booking.booking_id))
  const cancelling = useMutation({
    mutationFn: () => answer(own().POST('/bookings/{booking_id}/cancel', at(booking.booking_id))),
    onSuccess: async () => {
      await client.invalidateQueries()
      onClose()
    },
  })
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal()
  }, [])
  const hold = isHold(booking)
  const shown = preview.data
  const later = shown?.schedule.slice(1) ?? []
  return (
    <dialog className={css.dialog} ref={dialog} onClose={onClose} aria-labelledby="cancel-heading">
      <div className={ui.stack}>
        <h2 id="cancel-heading">{text.booking.cancelHeading}</h2>
        {preview.error && <Trouble error={preview.error} again={() => void preview.refetch()} />}
        {preview.isPending && <Bones />}
        {shown && !hold && <Now refund={shown.now} currency={shown.currency} />}
        {shown && !hold && later.length > 0 && (
          <div className={ui.tight}>
            <h3>{text.booking.cancelLater}</h3>
            <table className={css.schedule}>
              <tbody>
                {later.map((step) => (
                  <tr key={step.since}>
                    <th scope="row">{text.booking.until(instantAt(step.until_at, timezone))}</th>
                    <td>{exact(step.refund_amount, shown.currency)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {cancelling.error && <Trouble error={cancelling.error} />}
        <div className={ui.row}>
          <button className={ui.button} type="button" onClick={onClose}>
            {text.booking.keep}
          </button>
          {shown && (
            <button
              className={ui.quiet}
              type="button"
              aria-disabled={cancelling.isPending}
              onClick={() => cancelling.isPending || cancelling.mutate()}
            >
              {cancelling.isPending ? text.booking.cancelling : label(hold, shown.now, shown.currency)}
            </button>
          )}
        </div>
      </div>
    </dialog>
  )
}

function label(hold: boolean, refund: Refund, currency: string): string {
  if (hold) return text.booking.cancelHold
  if (refund.refund_amount === 0) return text.booking.cancelConfirmNothing
  return text.booking.cancelConfirm(exact(refund.refund_amount, currency))
}

function Now({ refund, currency }: { refund: Refund; currency: string }) {
  return (
    <div className={ui.tight}>
      <div>
        <p className={ui.soft}>{text.booking.cancelNow}</p>
        <p className={css.amount}>{exact(refund.refund_amount, currency)}</p>
      </div>
      <ul className={ui.soft}>
        {refund.wallet > 0 && (
          <li>
            {exact(refund.wallet, currency)} {text.booking.cancelToWallet}
          </li>
        )}
        {refund.gateway > 0 && (
          <li>
            {exact(refund.gateway, currency)} {text.booking.cancelToCard}
          </li>
        )}
        <li>
          {text.booking.cancelKept}: {exact(refund.kept.price, currency)} + {exact(refund.kept.tax, currency)}{' '}
          {text.price.taxes.toLowerCase()}
        </li>
      </ul>
    </div>
  )
}
