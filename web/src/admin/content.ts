/** What a hotel says of itself, as lines of text: so that two revisions can be set side by side. */
import type { components } from '../api/schema'
import { longDate } from '../format/dates'
import { exact, percent } from '../format/money'
import { adminText } from '../messages/admin'

type Schemas = components['schemas']
type Step = Schemas['PolicyStepRequest']
type Taxes = Schemas['TaxTableRequest']
type Slab = Taxes['periods'][number]['slabs'][number]

const words = adminText.review

export function fieldName(field: string): string {
  return field.startsWith('room_types.') ? words.room : (words.fields[field] ?? field)
}

/** The value of a field, a line for each thing that it says; none where it is not there. */
export function linesOf(field: string, value: unknown, currency: string): string[] {
  if (value === null || value === undefined || value === '') return []
  if (field === 'cancellation_policy') return (value as Step[]).map(stepLine)
  if (field === 'taxes') return taxLines(value as Taxes, currency)
  if (field === 'pictures') return (value as { alt: string }[]).map((picture) => picture.alt)
  if (field.startsWith('room_types.')) {
    const { name, description } = value as Schemas['RoomContentView']
    return [name, description].filter(Boolean)
  }
  if (typeof value === 'boolean') return [value ? words.yes : words.no]
  if (Array.isArray(value)) return value.map(String)
  return [typeof value === 'object' ? JSON.stringify(value) : String(value)]
}

function stepLine(step: Step): string {
  if (step.refund_percent === 0) return words.nothingBack
  return words.step(
    percent(Number(`${step.refund_percent}00`)),
    step.days_before,
    step.until ? words.until(step.until) : '',
  )
}

function taxLines(taxes: Taxes, currency: string): string[] {
  return [
    taxes.included ? words.included : words.onTop,
    ...taxes.periods.flatMap((period) => [
      words.from(longDate(period.starts)),
      ...period.slabs.map((slab) => slabLine(slab, currency)),
    ]),
  ]
}

function slabLine(slab: Slab, currency: string): string {
  const parts = 'components' in slab ? (slab.components as { name: string; rate_bp: number }[]) : []
  const bound =
    slab.up_to === null || slab.up_to === undefined ? words.above : words.upTo(exact(Number(slab.up_to), currency))
  return `${parts.map((part) => `${part.name} ${percent(part.rate_bp)}`).join(', ')} ${bound}`
}
