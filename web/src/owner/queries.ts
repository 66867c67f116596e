/** What the owners' pages ask the API for. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { answer, own } from '../api/client'

export function useHotels() {
  return useInfiniteQuery({
    queryKey: ['owned'],
    queryFn: ({ pageParam }) =>
      answer(own().GET('/owner/properties', { params: { query: pageParam ? { cursor: pageParam } : {} } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.cursor ?? undefined,
  })
}
