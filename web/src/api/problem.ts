import type { components } from './schema'

type Schemas = components['schemas']

/** A problem document of the API (RFC 9457), with what its codes add. */
export interface Problem {
  code: string
  title: string
  detail: string
  status: number
  retry_after_seconds?: number
  nights?: string[]
  restrictions?: Schemas['RestrictionShown'][]
  alternatives?: Schemas['Alternative'][]
  pricing?: Schemas['Quote']
  errors?: { field: string; detail: string }[]
  balance?: number
  currency?: string
  smallest?: number
  revision?: number
  decision?: 'approved' | 'rejected'
  calendar_open?: boolean
}

/** The API has answered, and the answer is no. */
export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail)
  }
}

/** No answer came: what was asked may have happened or not. */
export class Unreachable extends Error {}

/** Only somebody who is signed in may ask. */
export class SignInNeeded extends Error {}

const BY_STATUS: Record<number, string> = {
  401: 'unauthenticated',
  403: 'forbidden',
  429: 'too_many_calls',
  503: 'busy',
}

/** Some refusals come from in front of the functions and are no problem documents. */
export function problemOf(body: unknown, response: Response): Problem {
  const known = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {}
  const retry = Number(response.headers.get('retry-after') ?? '')
  return {
    ...known,
    code: known.code ?? BY_STATUS[response.status] ?? 'unknown',
    title: known.title ?? '',
    detail: known.detail ?? '',
    status: response.status,
    retry_after_seconds: known.retry_after_seconds ?? (retry || undefined),
  }
}

export function codeOf(error: unknown): string {
  if (error instanceof Refusal) return error.problem.code
  if (error instanceof SignInNeeded) return 'unauthenticated'
  if (error instanceof Unreachable) return 'unreachable'
  return 'unknown'
}

/** Every call of ours may be repeated: the API answers a repeat as it answered the first. */
export function worthRetrying(failures: number, error: unknown): boolean {
  const code = codeOf(error)
  if (code === 'busy' || code === 'in_progress') return failures < 5
  if (code === 'too_many_calls') return failures < 3
  return code === 'unreachable' && failures < 2
}

export function retryDelay(failures: number, error: unknown): number {
  const asked = error instanceof Refusal ? error.problem.retry_after_seconds : undefined
  return asked ? asked * 1000 : Math.min(500 * 2 ** failures, 4000)
}
