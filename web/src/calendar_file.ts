import type { Booking, Hotel } from './api/types'
import { text } from './messages'

const LINE_BYTES = 73

/** The stay as an iCalendar file (RFC 5545): whole days of the hotel, from arrival to departure. */
export function calendarFile(booking: Booking, hotel: Hotel | undefined): string {
  const name = hotel?.name ?? booking.property_id
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Holdfast//Bookings//EN',
    'BEGIN:VEVENT',
    `UID:${booking.booking_id}@holdfast`,
    `DTSTAMP:${booking.reserved_at.replaceAll(/[-:]|\.\d+/g, '')}`,
    `DTSTART;VALUE=DATE:${booking.check_in.replaceAll('-', '')}`,
    `DTEND;VALUE=DATE:${booking.check_out.replaceAll('-', '')}`,
    `SUMMARY:${escaped(text.confirmed.calendarTitle(name))}`,
    `LOCATION:${escaped([name, hotel?.address ?? hotel?.city].filter(Boolean).join(', '))}`,
    `DESCRIPTION:${escaped(`${text.confirmed.reference}: ${booking.booking_id}`)}`,
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
    'END:VCALENDAR',
  ]
  return `${lines.map(folded).join('\r\n')}\r\n`
}

function escaped(words: string): string {
  return words.replaceAll(/[\\;,]/g, '\\$&').replaceAll('\n', '\\n')
}

/** No line is longer than 75 bytes: the rest goes on in lines that begin with a space. */
function folded(line: string): string {
  const parts: string[] = []
  let part = ''
  let bytes = 0
  for (const letter of line) {
    const size = new TextEncoder().encode(letter).length
    if (bytes + size > LINE_BYTES) {
      parts.push(part)
      part = ''
      bytes = 0
    }
    part += letter
    bytes += size
  }
  return [...parts, part].join('\r\n ')
}

export function download(name: string, content: string, type: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([content], { type }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
