import type { Guest } from '../api/types'
import ui from '../components/ui.module.css'
import { text } from '../messages'

/** Who stays, as they have said it. */
export function GuestDetails({ guest }: { guest: Guest }) {
  const { email, phone, country, arrival_time, wishes } = guest
  return (
    <div className={ui.soft}>
      <p>
        <a href={`mailto:${email}`}>{email}</a>
        {phone && (
          <>
            {' · '}
            <a href={`tel:${phone}`}>{phone}</a>
          </>
        )}
      </p>
      {(arrival_time || country) && (
        <p>{[arrival_time && `${text.guest.arrival} ${arrival_time}`, country].filter(Boolean).join(' · ')}</p>
      )}
      {wishes && <p>“{wishes}”</p>}
    </div>
  )
}
