import createClient, { type Middleware } from 'openapi-fetch'
import { accessToken, forgetSession } from '../auth/session'
import { config } from '../config'
import { problemOf, Refusal, SignInNeeded, Unreachable } from './problem'
import type { paths } from './schema'

type Client = ReturnType<typeof createClient<paths>>

let anyone: Client | undefined
let somebody: Client | undefined

const signed: Middleware = {
  async onRequest({ request }) {
    const token = await accessToken()
    if (!token) throw new SignInNeeded()
    request.headers.set('Authorization', `Bearer ${token}`)
    return request
  },
  onResponse({ response }) {
    if (response.status === 401) forgetSession()
  },
}

/** For what anyone may read: without `Authorization`, so that answers can be shared and need no preflight. */
export function open(): Client {
  anyone ??= createClient<paths>({ baseUrl: config().api })
  return anyone
}

/** For what only its guest may read or do. */
export function own(): Client {
  if (!somebody) {
    somebody = createClient<paths>({ baseUrl: config().api })
    somebody.use(signed)
  }
  return somebody
}

interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body of a good answer. Throws `Refusal`, `SignInNeeded` or `Unreachable`. */
export async function answer<T>(call: Promise<Answered<T>>): Promise<T> {
  let answered: Answered<T>
  try {
    answered = await call
  } catch (cause) {
    if (cause instanceof SignInNeeded) throw cause
    throw new Unreachable('no answer', { cause })
  }
  if (answered.response.ok && answered.data !== undefined) return answered.data
  if (answered.response.status === 401) throw new SignInNeeded()
  throw new Refusal(problemOf(answered.error, answered.response))
}
