import { codeOf, Refusal } from '../api/problem'
import * as text from './en'

export { text }

/** What a refusal means to a guest. */
export function explained(error: unknown): string {
  const code = codeOf(error) as keyof typeof text.errors
  return text.errors[code] ?? (error instanceof Refusal && error.problem.detail) ?? text.errors.unknown
}
