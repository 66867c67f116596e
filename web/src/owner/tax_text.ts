/** A tax table in words, line by line. */
import { longDate } from '../format/dates'
import { exact, percent } from '../format/money'
import { ownerText } from '../messages/owner'
import type { TaxTable } from './types'

const words = ownerText.taxes
type Period = TaxTable['periods'][number]

export function taxLines(table: TaxTable, currency: string): string[] {
  const included = table.included ? words.includedYes : table.included === false ? words.includedNo : words.includedLaw
  return [`${words.included}: ${included}`, ...table.periods.map((period) => periodText(period, currency))]
}

export function periodText({ starts, slabs }: Period, currency: string): string {
  const rates = slabs.map((slab) => {
    const taxes = slab.components.map(({ name, rate_bp }) => `${name} ${percent(rate_bp)}`).join(', ')
    return slab.up_to === null || slab.up_to === undefined ? taxes : words.upToText(taxes, exact(slab.up_to, currency))
  })
  return words.from(longDate(starts), rates.join('; '))
}
