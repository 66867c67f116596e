import { codeOf, Refusal } from '../api/problem'
import { en } from './en'

export const text = en

/** What a refusal means to a guest. */
export function explained(error: unknown): string {
  const code = codeOf(error) as keyof typeof en.errors
  return en.errors[code] ?? (error instanceof Refusal && error.problem.detail) ?? en.errors.unknown
}
