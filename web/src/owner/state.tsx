import ui from '../components/ui.module.css'
import { ownerText } from '../messages/owner'

interface Known {
  state: string
  public?: string | null
}

const LOOK: Record<string, string | undefined> = {
  draft: ui.tag,
  submitted: ui.tagWarn,
  live: ui.tagGood,
  rejected: ui.tagBad,
  suspended: ui.tagBad,
}

/** What guests meet, and what became of the draft, where the two differ. */
export function StateTags({ hotel }: { hotel: Known }) {
  const said = new Set([hotel.public, hotel.state].filter((one) => one !== null && one !== undefined))
  return (
    <>
      {[...said].map((one) => (
        <span className={LOOK[one] ?? ui.tag} key={one}>
          {ownerText.states[one as keyof typeof ownerText.states] ?? one}
        </span>
      ))}
    </>
  )
}
