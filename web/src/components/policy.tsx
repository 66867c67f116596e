import type { PolicyStep } from '../api/types'
import { longDate, shiftDate } from '../format/dates'
import { percent } from '../format/money'
import { text } from '../messages'
import css from './policy.module.css'

/** The policy as dates of this stay, at the hotel; without dates, as days ahead. */
export function Policy({ steps, checkIn }: { steps: readonly PolicyStep[]; checkIn?: string }) {
  const giving = steps.filter((step) => step.refund_percent > 0)
  if (giving.length === 0) return <p>{text.policy.never}</p>
  return (
    <ol className={css.steps}>
      {giving.map((step) => (
        <li key={`${step.days_before} ${step.until}`}>{checkIn ? dated(step, checkIn) : ahead(step)}</li>
      ))}
      <li>{text.policy.nothing}</li>
    </ol>
  )
}

function dated(step: PolicyStep, checkIn: string): string {
  const day = longDate(shiftDate(checkIn, -step.days_before))
  const when = step.until ? `${day}, ${step.until}` : day
  return step.refund_percent === 100 ? text.policy.full(when) : text.policy.part(share(step), when)
}

function ahead(step: PolicyStep): string {
  return step.refund_percent === 100
    ? text.policy.fullAhead(step.days_before)
    : text.policy.partAhead(share(step), step.days_before)
}

function share(step: PolicyStep): string {
  return percent(Number(`${step.refund_percent}00`))
}
