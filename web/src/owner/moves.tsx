/** What a change does to nights, as runs of nights rather than night by night. */
import ui from '../components/ui.module.css'
import { dateRange, longDate, shiftDate } from '../format/dates'
import { money } from '../format/money'
import { ownerText } from '../messages/owner'
import css from './owner.module.css'
import type { NightMove } from './types'

type Value = NightMove['before']

interface Run {
  first: string
  last: string
  field: string
  before: Value
  after: Value
}

const MOST_RUNS = 40

/** Nights in a row with the same move are one line. */
function runsOf(moves: readonly NightMove[]): Run[] {
  const runs: Run[] = []
  const sorted = moves.toSorted((a, b) => (a.field + a.night < b.field + b.night ? -1 : 1))
  for (const { night, field, before, after } of sorted) {
    const open = runs.at(-1)
    const follows = open && open.field === field && open.before === before && open.after === after
    if (follows && shiftDate(open.last, 1) === night) open.last = night
    else runs.push({ first: night, last: night, field, before, after })
  }
  return runs
}

export function valueText(field: string, value: Value, currency: string): string {
  const words = ownerText.nights
  if (value === null) return words.default
  if (typeof value === 'boolean') return value ? words.yes : words.no
  return field === 'price' ? money(value, currency) : String(value)
}

export function rangeText(first: string, last: string): string {
  return first === last ? longDate(first) : dateRange(first, last)
}

export function Moves({ moves, currency }: { moves: readonly NightMove[]; currency: string }) {
  const runs = runsOf(moves)
  const names: Record<string, string> = ownerText.nights.fields
  return (
    <>
      <table className={css.moves}>
        <thead>
          <tr>
            <th scope="col">{ownerText.nights.what}</th>
            <th scope="col">{ownerText.nights.before}</th>
            <th scope="col">{ownerText.nights.after}</th>
          </tr>
        </thead>
        <tbody>
          {runs.slice(0, MOST_RUNS).map((run) => (
            <tr key={`${run.field} ${run.first}`}>
              <th scope="row">
                {names[run.field] ?? run.field}
                <span className={ui.soft}> {rangeText(run.first, run.last)}</span>
              </th>
              <td>{valueText(run.field, run.before, currency)}</td>
              <td>{valueText(run.field, run.after, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {runs.length > MOST_RUNS && <p className={ui.soft}>{ownerText.refusal.andMore(runs.length - MOST_RUNS)}</p>}
    </>
  )
}
