import type { RestrictionShown, RoomType } from '../api/types'
import { shortDate } from '../format/dates'
import { text } from '.'

/** Why a room type is not for these nights, in a few words. */
export function reasonOf(room: RoomType): string {
  const rule = room.restrictions?.[0]
  if (rule) return ruleText(rule)
  if (room.reason === 'occupancy') return text.rules.occupancy
  return room.reason === 'not_on_sale' ? text.hotel.notOnSale : text.hotel.soldOut
}

export function ruleText({ rule, date, value }: RestrictionShown): string {
  const words = text.rules
  switch (rule) {
    case 'closed':
      return words.closed
    case 'closed_to_arrival':
      return words.closed_to_arrival(shortDate(date))
    case 'closed_to_departure':
      return words.closed_to_departure(shortDate(date))
    case 'min_stay_arrival':
    case 'min_stay_through':
    case 'min_stay':
      return words.min_stay(text.counts.nights(Number(value)))
    case 'max_stay':
      return words.max_stay(text.counts.nights(Number(value)))
    case 'book_from_days':
      return words.book_from
    case 'book_until_days':
      return words.book_until
    case 'occupancy':
      return words.occupancy
    default:
      return words.other
  }
}
