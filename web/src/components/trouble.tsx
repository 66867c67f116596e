import { Component, type ReactNode } from 'react'
import { codeOf, Refusal } from '../api/problem'
import { signIn } from '../auth/session'
import { shortDate } from '../format/dates'
import { exact } from '../format/money'
import { explained, text } from '../messages'
import ui from './ui.module.css'

/** A refusal's own screen: what happened, and the way on. */
export function Trouble({ error, again }: { error: unknown; again?: () => void }) {
  const code = codeOf(error)
  if (code === 'unauthenticated') return <SignInAsked />
  const problem = error instanceof Refusal ? error.problem : undefined
  return (
    <div className={code === 'busy' || code === 'unreachable' ? ui.notice : ui.alarm} role="alert" data-code={code}>
      <p>{explained(error)}</p>
      {problem?.nights && <p className={ui.soft}>{problem.nights.map(shortDate).join(', ')}</p>}
      {code === 'invalid_request' &&
        problem?.errors?.map((one) => (
          <p className={ui.soft} key={one.field}>
            {one.field}: {one.detail}
          </p>
        ))}
      {problem?.smallest !== undefined && problem.currency && (
        <p className={ui.soft}>{exact(problem.smallest, problem.currency)}</p>
      )}
      {again && (
        <button className={`${ui.quiet} ${ui.small}`} type="button" onClick={again}>
          {text.errors.again}
        </button>
      )}
    </div>
  )
}

export function SignInAsked() {
  return (
    <div className={`${ui.card} ${ui.tight}`}>
      <h2>{text.signIn.needed}</h2>
      <p className={ui.lead}>{text.signIn.neededText}</p>
      <p>
        <button className={ui.button} type="button" onClick={() => void signIn()}>
          {text.nav.signIn}
        </button>
      </p>
    </div>
  )
}

interface Props {
  children: ReactNode
}

/** A page that breaks says so, and the frame around it stays. */
export class Guarded extends Component<Props, { error?: unknown }> {
  override state: { error?: unknown } = {}

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    if (this.state.error === undefined) return this.props.children
    return <Trouble error={this.state.error} again={() => location.reload()} />
  }
}
