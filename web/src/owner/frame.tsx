import type { ReactNode } from 'react'
import { useIsIn, useSignedIn } from '../auth/session'
import { SignInAsked } from '../components/trouble'
import ui from '../components/ui.module.css'
import { ownerText } from '../messages/owner'

/** What only hoteliers see. Somebody else is asked to sign in, or hears whom these pages are for. */
export function ForOwners({ heading, children }: { heading: string; children: ReactNode }) {
  const name = useSignedIn()
  const isOwner = useIsIn('owner')
  if (name && isOwner) return children
  return (
    <div className={ui.stack}>
      <h1>{heading}</h1>
      {name ? (
        <div className={ui.notice}>
          <h2>{ownerText.onlyOwners.heading}</h2>
          <p>{ownerText.onlyOwners.text}</p>
        </div>
      ) : (
        <SignInAsked />
      )}
    </div>
  )
}
