/** Months as "2026-12", and the days in them: dates alone, which have no hours. */

import { shiftDate } from '../format/dates'
import { locale } from '../format/locale'

export function monthOf(date: string): string {
  return date.slice(0, 7)
}

export function shiftMonth(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7)
}

export function firstOf(month: string): string {
  return `${month}-01`
}

export function lastOf(month: string): string {
  return shiftDate(firstOf(shiftMonth(month, 1)), -1)
}

/** "December 2026" */
export function monthName(month: string): string {
  const format = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' })
  return format.format(new Date(`${firstOf(month)}T00:00:00Z`))
}

/** Weeks from Monday on; empty where a week has days of other months. */
export function weeksOf(month: string): readonly (readonly string[])[] {
  const first = firstOf(month)
  const before = (new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7
  const days = [...Array<string>(before).fill('')]
  for (let day = first; monthOf(day) === month; day = shiftDate(day, 1)) days.push(day)
  while (days.length % 7 > 0) days.push('')
  return Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7))
}

/** The names of the days from Monday on: "Mon" or "Monday". */
export function weekdayNames(style: 'short' | 'long'): readonly string[] {
  const format = new Intl.DateTimeFormat(locale, { weekday: style, timeZone: 'UTC' })
  return Array.from({ length: 7 }, (_, index) => format.format(new Date(Date.UTC(2024, 0, 1 + index))))
}

/** "4" of a date, and "Fri". */
export function dayNumber(date: string): string {
  return String(Number(date.slice(8)))
}

export function weekdayOf(date: string): string {
  const format = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' })
  return format.format(new Date(`${date}T00:00:00Z`))
}
