/** What the admins' pages ask the API for. */
import { queryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { answer, own } from '../api/client'
import type { components } from '../api/schema'

type Schemas = components['schemas']
export type Review = Schemas['ReviewView']
export type Revision = Schemas['RevisionView']
export type Change = Revision['changes'][number]
export type Decided = Schemas['DecisionView']
export type PaymentRow = Schemas['PaymentRow']
export type DeskBooking = Schemas['DeskBookingDetail']
export type Figures = Schemas['FiguresView']
export type FiguresDay = Schemas['FiguresDayView']
export type ReviewState = 'submitted' | 'approved' | 'rejected' | 'suspended'
export type PaymentState =
  | 'due'
  | 'stuck'
  | 'unmatched'
  | 'refunded_outside'
  | 'disputed'
  | 'captured_short'
  | 'cash_owed'

export function useReviews(state: ReviewState) {
  return useInfiniteQuery({
    queryKey: ['reviews', state],
    queryFn: ({ pageParam }) =>
      answer(own().GET('/admin/reviews', { params: { query: { state, ...(pageParam && { cursor: pageParam }) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.cursor ?? undefined,
  })
}

export function revision(propertyId: string, number: string) {
  return queryOptions({
    queryKey: ['revision', propertyId, number],
    queryFn: () =>
      answer(
        own().GET('/admin/properties/{property_id}/revisions/{number}', {
          params: { path: { property_id: propertyId, number } },
        }),
      ),
  })
}

export function usePayments(state: PaymentState) {
  return useInfiniteQuery({
    queryKey: ['payments', state],
    queryFn: ({ pageParam }) =>
      answer(own().GET('/admin/payments', { params: { query: { state, ...(pageParam && { cursor: pageParam }) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })
}

export function deskBooking(bookingId: string) {
  return queryOptions({
    queryKey: ['desk', bookingId],
    queryFn: () => answer(own().GET('/admin/bookings/{booking_id}', { params: { path: { booking_id: bookingId } } })),
  })
}

export function figures(from: string, to: string) {
  return queryOptions({
    queryKey: ['figures', from, to],
    queryFn: () =>
      answer(own().GET('/admin/figures', { params: { query: { ...(from && { from }), ...(to && { to }) } } })),
  })
}

export function verdict() {
  return queryOptions({ queryKey: ['verdict'], queryFn: () => answer(own().GET('/admin/proof')) })
}
