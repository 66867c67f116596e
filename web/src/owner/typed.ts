/** What owners type, and how it is written back. */
import { decimal } from '../format/money'

/** An amount as somebody would type it: "2500", "2500.50". */
export function asTyped(minor: number | null | undefined, currency: string): string {
  return minor === null || minor === undefined ? '' : decimal(minor, currency).replace(/\.0+$/, '')
}

/** "12.5" is 1250 basis points; nothing where it is no share. */
export function basisPoints(typed: string): number | undefined {
  const [, sign = '', whole, part = ''] = /^\s*([-−]?)(\d{1,4})(?:[.,](\d{1,2}))?\s*%?\s*$/.exec(typed) ?? []
  if (whole === undefined) return undefined
  return Number(`${sign && '-'}${whole}${part.padEnd(2, '0')}`)
}

/** 1250 basis points are "12.5". */
export function shareTyped(basis: number | undefined): string {
  if (!basis) return ''
  const [, sign, digits] = /^(-?)(\d+)$/.exec(String(basis)) ?? ['', '', '0']
  const padded = (digits ?? '').padStart(3, '0')
  return `${sign}${padded.slice(0, -2)}.${padded.slice(-2)}`.replace(/\.?0+$/, '')
}

export function wholeNumber(typed: string): number | undefined {
  return /^\s*\d{1,6}\s*$/.test(typed) ? Number(typed) : undefined
}

/** An id made of a name: "Half board" is "half-board". One that is taken gets a number. */
export function idOf(name: string, taken: readonly string[]): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  const wanted = plain.slice(0, 56) || 'rate'
  const tries = [wanted, ...taken.map((_, index) => `${wanted}-${index + 2}`), `${wanted}-${taken.length + 2}`]
  return tries.find((one) => !taken.includes(one)) ?? wanted
}
