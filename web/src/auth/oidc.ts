/** Cognito's managed login, by code and PKCE. Loaded when somebody signs in, or when a token has to be renewed. */
import { ErrorResponse, UserManager, WebStorageStateStore } from 'oidc-client-ts'
import { config } from '../config'
import { changed, forgetSession } from './session'

let manager: UserManager | undefined

function users(): UserManager {
  const { authority, clientId, domain } = config().signIn
  const storage = new WebStorageStateStore({ store: sessionStorage })
  manager ??= new UserManager({
    authority,
    client_id: clientId,
    redirect_uri: `${location.origin}/signed-in`,
    response_type: 'code',
    scope: 'openid profile email',
    userStore: storage,
    stateStore: storage,
    automaticSilentRenew: false,
    monitorSession: false,
    metadata: {
      issuer: authority,
      authorization_endpoint: `${domain}/oauth2/authorize`,
      token_endpoint: `${domain}/oauth2/token`,
      revocation_endpoint: `${domain}/oauth2/revoke`,
    },
  })
  return manager
}

export async function leave(to: string): Promise<void> {
  await users().signinRedirect({ state: to })
}

/** Takes the code that the sign-in page has sent back; returns where the guest wanted to go. */
export async function arrive(): Promise<string> {
  const user = await users().signinRedirectCallback()
  changed()
  return typeof user.state === 'string' && /^\/(?![/\\])/.test(user.state) ? user.state : '/'
}

let renewing: Promise<string | undefined> | undefined

/**
 * One renewal at a time: Cognito may take a refresh token only once.
 *
 * The session ends where Cognito says so. Without an answer it stays, and this throws.
 */
export function renew(): Promise<string | undefined> {
  renewing ??= users()
    .signinSilent()
    .then(
      (user) => user?.access_token,
      (cause: unknown) => {
        if (!(cause instanceof ErrorResponse)) throw cause
        forgetSession()
        return undefined
      },
    )
    .finally(() => {
      renewing = undefined
    })
  return renewing
}
