/** The months of a room type: its free nights and their prices, and a range that the hotel's rules allow. */
import { type CalendarDate, parseDate } from '@internationalized/date'
import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import {
  Button,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  type DateValue,
  Heading,
  I18nProvider,
  RangeCalendar,
} from 'react-aria-components'
import { calendar } from '../api/queries'
import type { Night, Stay } from '../api/types'
import { locale } from '../format/locale'
import { short } from '../format/money'
import { text } from '../messages'
import { mayArrive, mayLeave } from '../nights'
import css from './price_calendar.module.css'
import { Trouble } from './trouble'
import ui from './ui.module.css'

interface Props {
  roomTypeId: string
  today: string
  stay: Stay | undefined
  rooms: number
  onChoose: (checkIn: string, checkOut: string) => void
}

export default function PriceCalendar({ roomTypeId, today, stay, rooms, onChoose }: Props) {
  const [focused, setFocused] = useState<CalendarDate>(parseDate(stay?.check_in ?? today))
  const [months, setMonths] = useState<readonly string[]>([monthOf(focused)])
  const answers = useQueries({ queries: months.map((month) => calendar(roomTypeId, month)) })
  const nights = new Map<string, Night>()
  for (const { data } of answers) for (const night of data?.nights ?? []) nights.set(night.date, night)
  const currency = answers.find(({ data }) => data)?.data?.currency ?? ''
  const failed = answers.find(({ error }) => error)

  function look(date: CalendarDate) {
    setFocused(date)
    if (!months.includes(monthOf(date))) setMonths([...months, monthOf(date)])
  }

  function unavailable(date: DateValue, anchor: CalendarDate | null): boolean {
    const day = date.toString()
    if (!nights.has(day)) return false
    if (anchor && day > anchor.toString()) return !mayLeave(nights, anchor.toString(), day, rooms)
    return !mayArrive(nights, day, rooms)
  }

  if (failed) return <Trouble error={failed.error} again={() => void failed.refetch()} />
  return (
    <I18nProvider locale={locale}>
      <RangeCalendar
        className={css.calendar}
        aria-label={text.hotel.calendar}
        minValue={parseDate(today)}
        value={stay ? { start: parseDate(stay.check_in), end: parseDate(stay.check_out) } : null}
        onChange={({ start, end }) => {
          if (start.compare(end) < 0) onChoose(start.toString(), end.toString())
        }}
        focusedValue={focused}
        onFocusChange={look}
        isDateUnavailable={unavailable}
        allowsNonContiguousRanges
      >
        <header className={css.head}>
          <Button className={css.step} slot="previous">
            ‹
          </Button>
          <Heading className={css.title} level={3} />
          <Button className={css.step} slot="next">
            ›
          </Button>
        </header>
        <CalendarGrid className={css.grid} weekdayStyle="short">
          <CalendarGridHeader>{(day) => <CalendarHeaderCell>{day}</CalendarHeaderCell>}</CalendarGridHeader>
          <CalendarGridBody>
            {(date) => (
              <CalendarCell className={css.day} date={date}>
                {({ formattedDate }) => (
                  <Day number={formattedDate} night={nights.get(date.toString())} currency={currency} />
                )}
              </CalendarCell>
            )}
          </CalendarGridBody>
        </CalendarGrid>
      </RangeCalendar>
      <p className={ui.hidden} role="status">
        {answers.some(({ isPending }) => isPending) ? text.loading : ''}
      </p>
    </I18nProvider>
  )
}

/** The price is written by the style sheet: the day's button is called by its date, and no other words stand in it. */
function Day({ number, night, currency }: { number: string; night: Night | undefined; currency: string }) {
  return (
    <>
      <span className={css.number}>{number}</span>
      <span className={css.price} data-price={priceOf(night, currency)} />
    </>
  )
}

function priceOf(night: Night | undefined, currency: string): string {
  if (!night) return ' '
  return night.rooms_free > 0 && !night.closed ? short(night.price, currency) : '–'
}

function monthOf(date: CalendarDate): string {
  return date.toString().slice(0, 7)
}
