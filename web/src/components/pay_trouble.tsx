import { codeOf, Refusal } from '../api/problem'
import type { Quote } from '../api/types'
import { text } from '../messages'
import css from '../pages/pay.module.css'
import type { Payment } from '../payment'
import { Bill } from './price'
import { Trouble } from './trouble'
import ui from './ui.module.css'

interface Props {
  payment: Payment
  error?: unknown
  old?: Quote
  currency: string
}

/** What went wrong with the money, and the way on. What nobody knows yet is never shown as a failure. */
export function PayTrouble({ payment, error = payment.error, old, currency }: Props) {
  if (payment.unknown) {
    return (
      <div className={ui.notice} role="status">
        <p>{text.pay.unknown}</p>
      </div>
    )
  }
  if (!error) return null
  const fresh = codeOf(error) === 'price_changed' && error instanceof Refusal ? error.problem.pricing : undefined
  if (fresh) {
    return (
      <div className={ui.notice} role="alert">
        <p>{text.errors.price_changed}</p>
        <div className={css.compare}>
          {old && (
            <div>
              <h3>{text.errors.priceWas}</h3>
              <Bill pricing={old} currency={currency} />
            </div>
          )}
          <div>
            <h3>{text.errors.priceIs}</h3>
            <Bill pricing={fresh} currency={currency} />
          </div>
        </div>
        <button className={ui.button} type="button" onClick={payment.again}>
          {text.errors.again}
        </button>
      </div>
    )
  }
  return <Trouble error={error} again={payment.again} />
}
