import { locale } from './format/locale'

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** "4 minutes ago": of an age that the server said. */
export function ago(seconds: number): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ['second', 1]
  return format.format(-Math.floor(seconds / size), unit)
}

/** "12.4 s": a span that the server measured, in milliseconds. */
export function span(milliseconds: number): string {
  const style = { style: 'unit', unit: 'second', unitDisplay: 'narrow', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(locale, style).format(`${milliseconds}E-3` as Intl.StringNumericLiteral)
}

export function whole(count: number): string {
  return new Intl.NumberFormat(locale).format(count)
}
