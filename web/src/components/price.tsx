import type { Line, Quote } from '../api/types'
import { shortDate } from '../format/dates'
import { exact, percent } from '../format/money'
import { text } from '../messages'
import css from './price.module.css'

/** What the parts of a price are called by search and by a quote alike. */
type Priced = Pick<Quote, 'base_amount' | 'total_payable' | 'taxes' | 'taxes_included'> & Partial<Quote>

/** The whole bill, each amount as the API says it. */
export function Bill({ pricing, currency }: { pricing: Priced; currency: string }) {
  const line = (name: string, amount: number, key = name) => (
    <div className={css.line} key={key}>
      <dt>{name}</dt>
      <dd>{exact(amount, currency)}</dd>
    </div>
  )
  return (
    <dl className={css.bill}>
      {line(text.price.rooms, pricing.base_amount)}
      {pricing.promo_discount ? (
        <div className={css.line}>
          <dt>{text.price.promo(pricing.promo_code ?? '')}</dt>
          <dd>− {exact(pricing.promo_discount, currency)}</dd>
        </div>
      ) : null}
      {pricing.taxes.map((tax) =>
        line(
          `${text.price.tax(tax.name, percent(tax.rate_bp))}${pricing.taxes_included ? ` (${text.price.included})` : ''}`,
          tax.amount,
          `${tax.name} ${tax.rate_bp}`,
        ),
      )}
      {pricing.rounding ? line(text.price.rounding, pricing.rounding) : null}
      <div className={css.total}>
        <dt>{text.price.total}</dt>
        <dd>{exact(pricing.total_payable, currency)}</dd>
      </div>
      {pricing.wallet_applied ? line(text.price.wallet, pricing.wallet_applied) : null}
      {pricing.wallet_applied && pricing.gateway_payable ? line(text.price.card, pricing.gateway_payable) : null}
      {pricing.cash_paid ? line(text.price.cash, pricing.cash_paid) : null}
    </dl>
  )
}

export function Nights({ lines, currency }: { lines: readonly Line[]; currency: string }) {
  if (lines.length === 0) return null
  const discounted = lines.some((line) => line.discount !== 0)
  const rooms = lines.some((line) => line.room > 1)
  return (
    <details className={css.more}>
      <summary>{text.price.lines}</summary>
      <table className={css.nights}>
        <thead>
          <tr>
            <th scope="col">{text.price.night}</th>
            {rooms && <th scope="col">{text.price.room}</th>}
            <th scope="col">{text.price.price}</th>
            {discounted && <th scope="col">{text.price.discount}</th>}
            <th scope="col">{text.price.taxes}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={`${line.night} ${line.room}`}>
              <td>{shortDate(line.night)}</td>
              {rooms && <td>{line.room}</td>}
              <td>{exact(line.price, currency)}</td>
              {discounted && <td>− {exact(line.discount, currency)}</td>}
              <td>
                {exact(line.tax, currency)} ({percent(line.tax_rate_bp)})
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

/** "Why this price": closed at first, all of it one tap away. */
export function WhyThisPrice({ pricing, currency }: { pricing: Priced; currency: string }) {
  return (
    <details className={css.more}>
      <summary>{text.price.details}</summary>
      <Bill pricing={pricing} currency={currency} />
      <Nights lines={pricing.lines ?? []} currency={currency} />
    </details>
  )
}
