import { type ReactNode, useEffect, useRef } from 'react'
import { codeOf, Refusal } from '../api/problem'
import { Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { dateRange, shortDate } from '../format/dates'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import css from './owner.module.css'
import type { OwnerProblem } from './types'

const words: Record<string, string> = ownerText.errors
const MOST_NIGHTS = 12

/** A refusal of an owner's route; those that guests meet, too, are shown as guests see them. */
export function OwnerTrouble({ error, again }: { error: unknown; again?: () => void }) {
  const code = codeOf(error)
  const said = words[code]
  if (!said || !(error instanceof Refusal)) return <Trouble error={error} again={again} />
  const problem = error.problem as OwnerProblem
  const nights = problem.nights ?? []
  return (
    <div className={ui.alarm} role="alert" data-code={code}>
      <p>{problem.bookings ? ownerText.refusal.inUse : said}</p>
      {problem.bookings && (
        <ul className={ui.soft}>
          {problem.bookings.map((one) => (
            <li key={one.booking_id}>
              {dateRange(one.check_in, one.check_out)}, {text.counts.rooms(one.rooms)}
            </li>
          ))}
        </ul>
      )}
      {nights.length > 0 && (
        <ul className={css.nightList}>
          {nights.slice(0, MOST_NIGHTS).map((one) => (
            <li key={typeof one === 'string' ? one : one.night}>
              {typeof one === 'string'
                ? shortDate(one)
                : ownerText.refusal.taken(shortDate(one.night), one.rooms_on_sale, one.taken)}
            </li>
          ))}
          {nights.length > MOST_NIGHTS && <li>{ownerText.refusal.andMore(nights.length - MOST_NIGHTS)}</li>}
        </ul>
      )}
      {(code === 'stay_conflict' && !problem.bookings) || code === 'changed_since' ? (
        <p className={ui.soft}>{problem.detail}</p>
      ) : null}
      {problem.retry_after_seconds !== undefined && (
        <p className={ui.soft}>{ownerText.refusal.waitFor(problem.retry_after_seconds)}</p>
      )}
      {again && (
        <button className={`${ui.quiet} ${ui.small}`} type="button" onClick={again}>
          {text.errors.again}
        </button>
      )}
    </div>
  )
}

/** Brings what went wrong into sight: the button that was pressed may be far from it. */
export function Seen({ of, children }: { of: unknown; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (of) place.current?.scrollIntoView({ block: 'center' })
  }, [of])
  return of ? <div ref={place}>{children}</div> : null
}
