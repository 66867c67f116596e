import type { Client as OpenApiClient } from 'openapi-fetch'
import { accessToken, forgetSession } from '../auth/session'
import { config } from '../config'
import { problemOf, Refusal, SignInNeeded, Unreachable } from './problem'
import type { paths } from './schema'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** openapi-fetch's types, which know each route; its code, of which we need a tenth, is in no build. */
type Client = Pick<OpenApiClient<paths>, Method>

const MOST_KEPT_ALIVE = 16_000 // characters; browsers allow 64 KiB, in all

interface Asked {
  params?: {
    path?: Record<string, string>
    query?: Record<string, unknown>
    header?: Record<string, string | undefined>
  }
  body?: unknown
}

interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

async function call(method: Method, path: string, { params = {}, body }: Asked = {}, token?: string) {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params.path?.[name] ?? ''))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params.query ?? {})) {
    if (value !== undefined && value !== null) query.append(name, String(value))
  }
  const headers = new Headers()
  for (const [name, value] of Object.entries(params.header ?? {})) if (value !== undefined) headers.set(name, value)
  if (token) headers.set('Authorization', `Bearer ${token}`)
  if (body !== undefined) headers.set('Content-Type', 'application/json')
  const sent = body === undefined ? undefined : JSON.stringify(body)
  const response = await fetch(`${config().api}${filled}${query.size > 0 ? `?${query}` : ''}`, {
    method,
    headers,
    body: sent,
    // What is saved on leaving arrives, also where the tab is closed at once.
    keepalive: sent !== undefined && sent.length < MOST_KEPT_ALIVE,
  })
  const text = await response.text()
  const read: unknown = parsed(text)
  return response.ok ? { data: read, response } : { error: read, response }
}

/** What stands in front of the functions may answer without JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function clientOf(ask: typeof call): Client {
  const of = (method: Method) => (path: string, asked?: Asked) => ask(method, path, asked)
  return {
    GET: of('GET'),
    POST: of('POST'),
    PUT: of('PUT'),
    PATCH: of('PATCH'),
    DELETE: of('DELETE'),
  } as unknown as Client
}

const anyone = clientOf(call)
const somebody = clientOf(async (method, path, asked) => {
  const token = await accessToken()
  if (!token) throw new SignInNeeded()
  const answered = await call(method, path, asked, token)
  if (answered.response.status === 401) forgetSession()
  return answered
})

/** For what anyone may read: without `Authorization`, so that answers can be shared and need no preflight. */
export function open(): Client {
  return anyone
}

/** For what only its guest may read or do. */
export function own(): Client {
  return somebody
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
