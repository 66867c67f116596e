import { locale } from './locale'

const DAY_MS = 86_400_000

function day(date: string): Date {
  return new Date(`${date}T00:00:00Z`)
}

function formatted(date: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(day(date))
}

/** "Sat, 6 Dec 2026" */
export function longDate(date: string): string {
  return formatted(date, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
}

/** "Sat, 6 Dec" */
export function shortDate(date: string): string {
  return formatted(date, { weekday: 'short', day: 'numeric', month: 'short' })
}

export function dateRange(from: string, to: string): string {
  const format = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
  return format.formatRange(day(from), day(to))
}

/** An instant, at the hotel's own clock. */
export function instantAt(instant: string, timezone: string | undefined): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: timezone }).format(
    new Date(instant),
  )
}

export function shiftDate(date: string, days: number): string {
  return new Date(day(date).getTime() + days * DAY_MS).toISOString().slice(0, 10)
}

/** Today's date there. */
export function todayIn(timezone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: timezone }).format(new Date())
}

/** Whether the visitor's clock shows another hour than the hotel's. */
export function isElsewhere(timezone: string): boolean {
  const hour = (zone?: string) =>
    new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', timeStyle: 'short', timeZone: zone }).format(new Date())
  return hour(timezone) !== hour()
}

/** "Kolkata time" */
export function zoneName(timezone: string): string {
  return (timezone.split('/').at(-1) ?? timezone).replaceAll('_', ' ')
}

/** "4:05": what a timer shows. */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
