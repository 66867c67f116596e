/** What the owners' pages ask the API for. Every key begins with `owned`: a change makes all of it old at once. */
import { queryOptions, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { answer, own } from '../api/client'
import { codeOf } from '../api/problem'
import type { Guest } from '../api/types'
import type { ArrivalList, BoardView } from './types'

export function ofHotel(propertyId: string) {
  return { params: { path: { property_id: propertyId } } }
}

export function ofRoomType(roomTypeId: string) {
  return { params: { path: { room_type_id: roomTypeId } } }
}

export function useHotels() {
  return useInfiniteQuery({
    queryKey: ['owned', 'hotels'],
    queryFn: ({ pageParam }) =>
      answer(own().GET('/owner/properties', { params: { query: pageParam ? { cursor: pageParam } : {} } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.cursor ?? undefined,
  })
}

export function draft(propertyId: string) {
  return queryOptions({
    queryKey: ['owned', propertyId, 'draft'],
    queryFn: () => answer(own().GET('/properties/{property_id}/draft', ofHotel(propertyId))),
  })
}

export function checklist(propertyId: string) {
  return queryOptions({
    queryKey: ['owned', propertyId, 'checklist'],
    queryFn: () => answer(own().GET('/properties/{property_id}/checklist', ofHotel(propertyId))),
  })
}

export function images(propertyId: string) {
  return queryOptions({
    queryKey: ['owned', propertyId, 'images'],
    queryFn: () => answer(own().GET('/properties/{property_id}/images', ofHotel(propertyId))),
  })
}

/** The nights of all room types, as they are on sale. */
export function nights(propertyId: string, first_night: string, last_night: string) {
  return queryOptions({
    queryKey: ['owned', propertyId, 'nights', first_night, last_night],
    queryFn: () =>
      answer(
        own().GET('/properties/{property_id}/ari', {
          params: { path: { property_id: propertyId }, query: { first_night, last_night } },
        }),
      ),
  })
}

export function useChanges(propertyId: string, roomTypeId: string) {
  return useInfiniteQuery({
    queryKey: ['owned', propertyId, 'changes', roomTypeId],
    queryFn: ({ pageParam }) =>
      answer(
        own().GET('/room-types/{room_type_id}/calendar/changes', {
          params: { path: { room_type_id: roomTypeId }, query: pageParam ? { cursor: pageParam } : {} },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.cursor ?? undefined,
  })
}

export function useBlocks(propertyId: string, roomTypeId: string) {
  return useInfiniteQuery({
    queryKey: ['owned', propertyId, 'blocks', roomTypeId],
    queryFn: ({ pageParam }) =>
      answer(
        own().GET('/room-types/{room_type_id}/blocks', {
          params: { path: { room_type_id: roomTypeId }, query: pageParam ? { cursor: pageParam } : {} },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.cursor ?? undefined,
    enabled: roomTypeId !== '',
  })
}

/** Of a route that answers with a document or with a table: the one that was asked for. */
async function document<T>(call: Parameters<typeof answer<unknown>>[0]): Promise<T> {
  return (await answer(call)) as T
}

/** All nights and room types, and the stays page by page; without a first night, from the hotel's day on. */
export function useBoard(propertyId: string, first_night: string | undefined, count: number) {
  return useInfiniteQuery({
    queryKey: ['owned', propertyId, 'board', first_night, count],
    queryFn: async ({ pageParam }) =>
      document<BoardView>(
        own().GET('/properties/{property_id}/board', {
          params: {
            path: { property_id: propertyId },
            query: { nights: String(count), ...pageParam },
          },
        }),
      ),
    initialPageParam: (first_night ? { first_night } : {}) as { first_night?: string; cursor?: string },
    getNextPageParam: (last) =>
      last.next_cursor ? { first_night: last.first_night, cursor: last.next_cursor } : undefined,
  })
}

/** Without a date, those of the hotel's day. */
export function useArrivals(propertyId: string, date: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['owned', propertyId, 'arrivals', date],
    queryFn: async ({ pageParam }) =>
      document<ArrivalList>(
        own().GET('/properties/{property_id}/arrivals', {
          params: { path: { property_id: propertyId }, query: pageParam },
        }),
      ),
    initialPageParam: (date ? { date } : {}) as { date?: string; cursor?: string },
    getNextPageParam: (last) => (last.next_cursor ? { date: last.date, cursor: last.next_cursor } : undefined),
  })
}

/** The same as a table for a spreadsheet. */
export function arrivalsTable(propertyId: string, date: string): Promise<string> {
  const wanted = { path: { property_id: propertyId }, query: { date } }
  const params = Object.assign(wanted, { header: { Accept: 'text/csv' } }) as typeof wanted
  return document<string>(own().GET('/properties/{property_id}/arrivals', { params }))
}

export function deskBooking(bookingId: string) {
  return queryOptions({
    queryKey: ['owned', 'booking', bookingId],
    queryFn: () => answer(own().GET('/owner/bookings/{booking_id}', { params: { path: { booking_id: bookingId } } })),
  })
}

/** Asks once more for all that an owner has on the screen. */
export function useRefresh() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['owned'] })
}

/** Who stays; null where nobody has said it. */
export function deskGuest(bookingId: string) {
  return queryOptions({
    queryKey: ['owned', 'guest', bookingId],
    queryFn: async (): Promise<Guest | null> => {
      const path = '/owner/bookings/{booking_id}/guest'
      try {
        return await answer(own().GET(path, { params: { path: { booking_id: bookingId } } }))
      } catch (error) {
        if (codeOf(error) === 'not_found') return null
        throw error
      }
    },
  })
}
