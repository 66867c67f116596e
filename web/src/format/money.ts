import { locale } from './locale'

// Digits after the point by ISO 4217, as the API counts them, and not as browsers write them; other currencies have two.
const NO_MINOR_UNIT = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
const THREE_DIGITS = 'BHD IQD JOD KWD LYD OMR TND'

type Decimal = Intl.StringNumericLiteral

const formatters = new Map<string, Intl.NumberFormat>()

function formatter(currency: string, style: 'full' | 'plain' | 'short'): Intl.NumberFormat {
  const name = `${currency} ${style}`
  let found = formatters.get(name)
  if (!found) {
    const places = exponent(currency)
    found = new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      minimumFractionDigits: places,
      maximumFractionDigits: places,
      ...(style === 'plain' && { trailingZeroDisplay: 'stripIfInteger' }),
      ...(style === 'short' && { notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 }),
    })
    formatters.set(name, found)
  }
  return found
}

export function exponent(currency: string): number {
  return NO_MINOR_UNIT.includes(currency) ? 0 : THREE_DIGITS.includes(currency) ? 3 : 2
}

/** Minor units written with the currency's point: 1234 INR is "12.34". The digits stay as the API sent them. */
export function decimal(minor: number, currency: string): Decimal {
  const places = exponent(currency)
  const [, sign, digits] = /^(-?)(\d+)$/.exec(String(minor)) ?? ['', '', '0']
  if (places === 0) return `${sign}${digits}` as Decimal
  const padded = (digits ?? '').padStart(places + 1, '0')
  return `${sign}${padded.slice(0, -places)}.${padded.slice(-places)}` as Decimal
}

/** With all of its places: for bills. */
export function exact(minor: number, currency: string): string {
  return formatter(currency, 'full').format(decimal(minor, currency))
}

/** Without places that say nothing: for headlines. */
export function money(minor: number, currency: string): string {
  return formatter(currency, 'plain').format(decimal(minor, currency))
}

/** For a day of a calendar. */
export function short(minor: number, currency: string): string {
  return formatter(currency, 'short').format(decimal(minor, currency))
}

/** What somebody has typed, in minor units; nothing where it is no amount of that currency. */
export function minorUnits(typed: string, currency: string): number | undefined {
  const places = exponent(currency)
  const [, whole, part = ''] = /^\s*(\d{1,10})(?:[.,](\d*))?\s*$/.exec(typed.replaceAll(/[\s_']/g, '')) ?? []
  if (whole === undefined || part.length > places) return undefined
  return Number(`${whole}${part.padEnd(places, '0')}`)
}

export function percent(basisPoints: number): string {
  const style = { style: 'percent', maximumFractionDigits: 2 } as const
  return new Intl.NumberFormat(locale, style).format(`${basisPoints}E-4` as Decimal)
}
