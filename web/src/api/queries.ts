import { infiniteQueryOptions, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { partyOf } from '../stay'
import { answer, open, own } from './client'
import { codeOf } from './problem'
import type { Booking, Guest, Hotel, Stay } from './types'

const RESYNC_SECONDS = 30

/** A booking as the server saw it, and when that arrived by the clock that nobody can set. */
export interface SeenBooking {
  booking: Booking
  arrivedAt: number
}

/** The hotels of a place, a page after the other. */
export function search(city: string, stay: Stay | undefined) {
  const asked = { ...(city && { city }), ...(stay && partyOf(stay)) }
  return infiniteQueryOptions({
    queryKey: ['search', asked],
    queryFn: ({ pageParam }) =>
      answer(open().GET('/properties', { params: { query: { ...asked, ...(pageParam && { cursor: pageParam }) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: 20_000,
  })
}

/** A hotel; for a stay, with what each of its room types has for it. */
export function hotel(propertyId: string, stay?: Stay) {
  const query = stay && partyOf(stay)
  return queryOptions({
    queryKey: ['hotel', propertyId, query],
    queryFn: (): Promise<Hotel> =>
      answer(open().GET('/properties/{property_id}', { params: { path: { property_id: propertyId }, query } })),
    staleTime: stay ? 20_000 : 300_000,
  })
}

export function calendar(roomTypeId: string, month: string) {
  return queryOptions({
    queryKey: ['calendar', roomTypeId, month],
    queryFn: () =>
      answer(
        open().GET('/room-types/{room_type_id}/calendar', {
          params: { path: { room_type_id: roomTypeId }, query: { month } },
        }),
      ),
    staleTime: 60_000,
  })
}

export function booking(bookingId: string) {
  return queryOptions({
    queryKey: ['booking', bookingId],
    queryFn: async (): Promise<SeenBooking> => seen(await answer(own().GET('/bookings/{booking_id}', at(bookingId)))),
    refetchOnWindowFocus: 'always',
  })
}

export function seen(booking: Booking): SeenBooking {
  return { booking, arrivedAt: performance.now() }
}

export function isHold(booking: Booking): boolean {
  return booking.status === 'reserved' || booking.status === 'payment_pending'
}

/** The booking, fetched again on focus and, while it is a hold, every half minute. */
export function useBooking(bookingId: string) {
  return useQuery({
    ...booking(bookingId),
    refetchInterval: (query) => {
      const data = query.state.data
      return data && isHold(data.booking) ? RESYNC_SECONDS * 1000 : false
    },
  })
}

export function quote(bookingId: string, promo: string, walletAmount: string) {
  const query = { ...(promo && { promo_code: promo }), ...(walletAmount && { wallet_apply_amount: walletAmount }) }
  return queryOptions({
    queryKey: ['quote', bookingId, query],
    queryFn: () =>
      answer(own().GET('/bookings/{booking_id}/pricing', { params: { path: { booking_id: bookingId }, query } })),
    staleTime: 20_000,
  })
}

export function wallet() {
  return queryOptions({ queryKey: ['wallet'], queryFn: () => answer(own().GET('/wallet')) })
}

export function cancellation(bookingId: string) {
  return queryOptions({
    queryKey: ['cancellation', bookingId],
    queryFn: () => answer(own().GET('/bookings/{booking_id}/cancellation', at(bookingId))),
    staleTime: 0,
  })
}

/** Puts a booking that an answer has brought where the pages read it. */
export function useKeepBooking() {
  const client = useQueryClient()
  return (booking: Booking) => client.setQueryData(['booking', booking.booking_id], seen(booking))
}

export function at(bookingId: string) {
  return { params: { path: { booking_id: bookingId } } }
}

/** Who stays; null where nobody has said it yet. */
export function guest(bookingId: string) {
  return queryOptions({
    queryKey: ['guest', bookingId],
    queryFn: async (): Promise<Guest | null> => {
      try {
        return await answer(own().GET('/bookings/{booking_id}/guest', at(bookingId)))
      } catch (error) {
        if (codeOf(error) === 'not_found') return null
        throw error
      }
    },
    staleTime: 60_000,
  })
}
