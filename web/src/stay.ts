import type { Stay } from './api/types'

/** What somebody looks for, as the address of a search or of a hotel says it. */
export interface Asked {
  city: string
  rooms: number
  guests: number
  children: string
  stay?: Stay
}

const LONGEST_AGES = 300
const DATE = /^\d{4}-\d{2}-\d{2}$/

function count(text: string | null, fallback: number, most: number): number {
  const value = Number(text)
  return Number.isInteger(value) && value >= 1 && value <= most ? value : fallback
}

export function askedIn(search: string): Asked {
  const query = new URLSearchParams(search)
  const [checkIn, checkOut] = [query.get('check_in') ?? '', query.get('check_out') ?? '']
  const rooms = count(query.get('rooms'), 1, 9)
  const guests = count(query.get('guests'), 2, 99)
  const children = (query.get('children') ?? '').replaceAll(/\s/g, '').slice(0, LONGEST_AGES)
  const dated = DATE.test(checkIn) && DATE.test(checkOut) && checkIn < checkOut
  return {
    city: (query.get('city') ?? '').trim().slice(0, 64),
    rooms,
    guests,
    children,
    stay: dated ? { check_in: checkIn, check_out: checkOut, rooms, guests, ...(children && { children }) } : undefined,
  }
}

/** The address's query for a stay. */
export function queryOf(stay: Stay | undefined, more: Record<string, string> = {}): string {
  const query = new URLSearchParams(more)
  for (const [name, value] of Object.entries(stay ?? {})) query.set(name, String(value))
  const written = query.toString()
  return written ? `?${written}` : ''
}

/** A stay as the API takes it: guests are adults, and children come with their ages. */
export function partyOf({ children, guests, rooms, ...dates }: Stay) {
  const party = children ? { adults: String(guests), children } : { guests: String(guests) }
  return { ...dates, rooms: String(rooms), ...party }
}

/** How many nights: of dates, which have no hours. */
export function nightsOf(stay: { check_in: string; check_out: string }): number {
  return Math.round((Date.parse(stay.check_out) - Date.parse(stay.check_in)) / 86_400_000)
}
