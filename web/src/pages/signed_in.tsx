import { useEffect, useState } from 'react'
import { signIn } from '../auth/session'
import ui from '../components/ui.module.css'
import { text } from '../messages'
import { useLocation } from '../router'

let arriving: Promise<string> | undefined

/** The address that the sign-in page sends guests back to: takes the code once, and goes on to where they were. */
export default function SignedIn() {
  const [, go] = useLocation()
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    arriving ??= import('../auth/oidc').then((oidc) => oidc.arrive())
    arriving.then(
      (to) => {
        arriving = undefined
        go(to, { replace: true })
      },
      () => setFailed(true),
    )
  }, [go])
  return (
    <div className={ui.stack}>
      <h1>{failed ? text.signIn.failed : text.headings.signedIn}</h1>
      {failed && (
        <p>
          <button className={ui.button} type="button" onClick={() => void signIn('/')}>
            {text.signIn.again}
          </button>
        </p>
      )}
    </div>
  )
}
