import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { hotel as hotelQuery, type SeenBooking, useBooking } from '../api/queries'
import type { Hotel } from '../api/types'
import { Bones } from './skeleton'
import { Trouble } from './trouble'
import ui from './ui.module.css'

interface Props {
  id: string
  heading: string
  children: (seen: SeenBooking, hotel: Hotel | undefined) => ReactNode
}

/** A booking with its hotel; until both are there, the heading and grey lines. */
export function BookingFrame({ id, heading, children }: Props) {
  const found = useBooking(id)
  const propertyId = found.data?.booking.property_id ?? ''
  const hotel = useQuery({ ...hotelQuery(propertyId), enabled: propertyId !== '' })
  if (found.data && !(hotel.isPending && hotel.isFetching)) return children(found.data, hotel.data)
  return (
    <div className={ui.stack}>
      <h1>{heading}</h1>
      {found.error ? <Trouble error={found.error} again={() => void found.refetch()} /> : <Bones />}
    </div>
  )
}
