import type { Booking } from '../api/types'
import { text } from '../messages'
import ui from './ui.module.css'

const LOOK: Record<Booking['status'], string | undefined> = {
  reserved: ui.tagWarn,
  payment_pending: ui.tagWarn,
  confirmed: ui.tagGood,
  expired: ui.tag,
  cancelled: ui.tag,
}

export function StatusTag({ status }: { status: Booking['status'] }) {
  return <span className={LOOK[status]}>{text.booking.status[status]}</span>
}
