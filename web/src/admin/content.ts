/** What a hotel says of itself, as lines of text: so that two revisions can be set side by side. */
import type { components } from '../api/schema'
import { longDate } from '../format/dates'
import { exact, percent } from '../format/money'
import { adminText } from '../messages/admin'
import type { Revision } from './queries'

type Schemas = components['schemas']
type Step = Schemas['PolicyStepRequest']
type Taxes = Schemas['TaxTableRequest']
type Slab = Taxes['periods'][number]['slabs'][number]
type RoomContent = Schemas['RoomContentView']
export type Picture = Schemas['RevisedPictureView']
export type RoomNames = ReadonlyMap<string, string>

const words = adminText.review
const ROOM = 'room_types.'

export function fieldName(field: string): string {
  return field.startsWith(ROOM) ? words.room : (words.fields[field] ?? field)
}

/** The names of a revision's room types by their ids, and of those that only the public one has. */
export function roomNames({ content, changes }: Revision): RoomNames {
  const known = Object.entries(content.room_types)
  const before = changes.flatMap(({ field, before }) =>
    field.startsWith(ROOM) && before ? [[field.slice(ROOM.length), before as RoomContent] as const] : [],
  )
  return new Map([...before, ...known].map(([id, room]) => [id, room.name]))
}

/** Where guests see a picture: the hotel's first is the one on lists, and a room's are shown with it, too. */
export function placeOf(picture: Picture, index: number, rooms: RoomNames): [place: string, room: string] {
  const id = picture.room_type_id
  return [words.place(index + 1), id ? (rooms.get(id) ?? words.room) : words.wholeHotel]
}

/** The value of a field, a line for each thing that it says; none where it is not there. */
export function linesOf(field: string, value: unknown, currency: string, rooms: RoomNames): string[] {
  if (value === null || value === undefined || value === '') return []
  if (field === 'cancellation_policy') return (value as Step[]).map(stepLine)
  if (field === 'taxes') return taxLines(value as Taxes, currency)
  if (field === 'pictures') {
    return (value as Picture[]).map((one, index) => `${placeOf(one, index, rooms).join(', ')}: ${one.alt}`)
  }
  if (field.startsWith(ROOM)) {
    const { name, description } = value as RoomContent
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
    taxes.rounding === 'booking' ? words.roundedOnce : words.roundedByNight,
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
