/** Pictures on their way: the API's form, the file to the bucket by it, and the wait until its sizes are there. */
import { useQuery } from '@tanstack/react-query'
import { answer, own } from '../api/client'
import { Unreachable } from '../api/problem'
import { images, ofHotel } from './queries'

export const TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const
export const MOST_BYTES = 10_485_760
const POLL_MS = 1500

type PictureType = (typeof TYPES)[number]

export function isPicture(file: File): boolean {
  return (TYPES as readonly string[]).includes(file.type) && file.size > 0 && file.size <= MOST_BYTES
}

/** Sends one file under its key: a repeat is the same picture. */
export async function upload(propertyId: string, key: string, file: File, alt: string): Promise<void> {
  const made = await answer(
    own().POST('/properties/{property_id}/images', {
      params: { ...ofHotel(propertyId).params, header: { 'Idempotency-Key': key } },
      body: { content_type: file.type as PictureType, ...(alt && { alt }) },
    }),
  )
  const form = new FormData()
  for (const [name, value] of Object.entries(made.upload.fields)) form.set(name, value)
  form.set('file', file)
  let sent: Response
  try {
    sent = await fetch(made.upload.url, { method: 'POST', body: form })
  } catch (cause) {
    throw new Unreachable('the bucket does not answer', { cause })
  }
  if (!sent.ok) throw new Error(`the bucket answers ${sent.status}`)
}

/** The pictures of a hotel, asked for again while one of them is not ready. */
export function useImages(propertyId: string) {
  return useQuery({
    ...images(propertyId),
    refetchInterval: (query) => (query.state.data?.images.some((one) => one.state === 'waiting') ? POLL_MS : false),
  })
}
