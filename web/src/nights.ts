import type { Night } from './api/types'
import { shiftDate } from './format/dates'
import { nightsOf } from './stay'

type Nights = ReadonlyMap<string, Night>

function isFree(night: Night | undefined, rooms: number): night is Night {
  return night !== undefined && !night.closed && night.rooms_free >= rooms
}

/** Whether a stay may begin with that night. */
export function mayArrive(nights: Nights, day: string, rooms: number): boolean {
  const night = nights.get(day)
  return isFree(night, rooms) && !night.closed_to_arrival
}

/** Whether a stay from one day may end on another: every night free, every rule of the calendar kept. */
export function mayLeave(nights: Nights, checkIn: string, checkOut: string, rooms: number): boolean {
  const length = nightsOf({ check_in: checkIn, check_out: checkOut })
  const arrival = nights.get(checkIn)
  if (!arrival || length < (arrival.min_stay_arrival ?? 1) || length > (arrival.max_stay ?? length)) return false
  for (let day = checkIn; day < checkOut; day = shiftDate(day, 1)) {
    const night = nights.get(day)
    if (!isFree(night, rooms) || length < (night.min_stay_through ?? 1)) return false
  }
  return !nights.get(checkOut)?.closed_to_departure
}
