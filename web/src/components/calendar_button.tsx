import type { Booking, Hotel } from '../api/types'
import { text } from '../messages'
import ui from './ui.module.css'

export function CalendarButton({ booking, hotel }: { booking: Booking; hotel: Hotel | undefined }) {
  async function save() {
    const { calendarFile, download } = await import('../calendar_file')
    download('stay.ics', calendarFile(booking, hotel), 'text/calendar')
  }
  return (
    <button className={ui.quiet} type="button" onClick={() => void save()}>
      {text.confirmed.calendar}
    </button>
  )
}
