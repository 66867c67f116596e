/** The nights of one room type in a month: a range is chosen by dragging, by two taps, or by the keyboard. */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import ui from '../components/ui.module.css'
import { longDate, shiftDate } from '../format/dates'
import { money, short } from '../format/money'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import css from './month_grid.module.css'
import { dayNumber, monthOf, weekdayNames, weeksOf } from './months'
import type { OwnNight } from './types'

export interface Range {
  from: string
  to: string
}

interface Props {
  label: string
  month: string
  nights: ReadonlyMap<string, OwnNight>
  currency: string
  range: Range | undefined
  onChange: (range: Range) => void
}

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }
const words = ownerText.rates

export function ends({ from, to }: Range): { first: string; last: string } {
  return from <= to ? { first: from, last: to } : { first: to, last: from }
}

export function MonthGrid({ label, month, nights, currency, range, onChange }: Props) {
  const table = useRef<HTMLTableElement>(null)
  const dragging = useRef(false)
  const [current, setCurrent] = useState<string>()
  const days = [...nights.keys()].filter((day) => monthOf(day) === month)
  const entry = current && nights.has(current) && monthOf(current) === month ? current : days[0]
  const weeks = weeksOf(month).filter((week) => week.some((day) => nights.has(day)))
  const { first, last } = range ? ends(range) : { first: '', last: '' }

  useEffect(() => {
    const release = () => {
      dragging.current = false
    }
    addEventListener('pointerup', release)
    return () => removeEventListener('pointerup', release)
  }, [])

  /** Two taps, or two presses of Enter, are the two ends. */
  function tap(day: string, extend: boolean) {
    setCurrent(day)
    const open = range !== undefined && range.from === range.to
    onChange(range && (extend || open) ? { from: range.from, to: day } : { from: day, to: day })
  }

  function press(event: PointerEvent, day: string) {
    if (event.pointerType !== 'mouse' || event.button !== 0) return
    dragging.current = true
    setCurrent(day)
    onChange(range && event.shiftKey ? { from: range.from, to: day } : { from: day, to: day })
  }

  function enter(day: string) {
    if (dragging.current && range) onChange({ from: range.from, to: day })
  }

  function move(event: KeyboardEvent, day: string) {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      tap(day, event.shiftKey)
      return
    }
    const step = STEPS[event.key]
    if (step === undefined) return
    event.preventDefault()
    const to = shiftDate(day, step)
    if (!nights.has(to) || monthOf(to) !== month) return
    setCurrent(to)
    table.current?.querySelector<HTMLElement>(`[data-day="${to}"]`)?.focus()
    if (event.shiftKey) onChange({ from: range?.from ?? day, to })
  }

  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table whose cells are controls
    <table className={css.grid} ref={table} role="grid" aria-label={label} aria-multiselectable>
      <thead>
        <tr>
          {weekdayNames('short').map((name) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week.join()}>
            {week.map((day, index) => {
              const night = nights.get(day)
              if (!night) return <td key={day || index}>{day && <Past day={day} />}</td>
              return (
                <td
                  key={day}
                  className={css.night}
                  // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a cell of a grid is a control
                  role="gridcell"
                  tabIndex={day === entry ? 0 : -1}
                  data-day={day}
                  data-closed={night.closed || undefined}
                  data-full={night.rooms_free === 0 || undefined}
                  aria-selected={day >= first && day <= last}
                  onPointerDown={(event) => press(event, day)}
                  onPointerEnter={() => enter(day)}
                  onClick={(event) => {
                    if ((event.nativeEvent as globalThis.PointerEvent).pointerType !== 'mouse') tap(day, event.shiftKey)
                  }}
                  onKeyDown={(event) => move(event, day)}
                >
                  <span className={ui.hidden}>{spoken(night, currency)}</span>
                  <span className={css.day} aria-hidden>
                    {dayNumber(day)}
                    {hasRule(night) && <span className={css.rule} />}
                  </span>
                  <span className={css.price} aria-hidden>
                    {night.closed ? words.closed : short(night.price, currency)}
                  </span>
                  <span className={css.free} aria-hidden>
                    {night.rooms_free}/{night.rooms_on_sale}
                  </span>
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Past({ day }: { day: string }) {
  return <span className={`${css.past} ${ui.soft}`}>{dayNumber(day)}</span>
}

function hasRule(night: OwnNight): boolean {
  return rulesOf(night).length > 0
}

/** What the night asks of a stay, in words. */
function rulesOf(night: OwnNight): string[] {
  return [
    night.min_stay_arrival ? words.minArrival(night.min_stay_arrival) : '',
    night.min_stay_through ? words.minThrough(night.min_stay_through) : '',
    night.max_stay ? words.max(night.max_stay) : '',
    night.closed_to_arrival ? words.noArrival : '',
    night.closed_to_departure ? words.noDeparture : '',
  ].filter(Boolean)
}

function spoken(night: OwnNight, currency: string): string {
  const said = [
    longDate(night.night),
    night.closed ? words.closed : money(night.price, currency),
    words.freeOf(night.rooms_free, text.counts.rooms(night.rooms_on_sale)),
    ...rulesOf(night),
  ]
  return said.join(', ')
}
