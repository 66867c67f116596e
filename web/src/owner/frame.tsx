import { type ReactNode, useState } from 'react'
import { isLeaving, useIsIn, useSignedIn } from '../auth/session'
import { SignInAsked } from '../components/trouble'
import ui from '../components/ui.module.css'
import { ownerText } from '../messages/owner'

/**
 * What only hoteliers see. Somebody else is asked to sign in, or hears whom these pages are for.
 *
 * Where a session ends under an open page, the page stays below the sign-in: what was typed on it is saved nowhere else.
 */
export function ForOwners({ heading, children }: { heading: string; children: ReactNode }) {
  const name = useSignedIn()
  const isOwner = useIsIn('owner')
  const isHere = name !== '' && isOwner
  const [wasHere, setWasHere] = useState(isHere)
  if (isHere && !wasHere) setWasHere(true)
  if (isHere || (wasHere && !name && !isLeaving())) {
    return (
      <div className={ui.stack}>
        {!isHere && (
          <div className={ui.tight} role="alert">
            <SignInAsked />
            <p className={ui.notice}>{ownerText.signedOut}</p>
          </div>
        )}
        {children}
      </div>
    )
  }
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
