import { type ReactNode, useEffect, useRef } from 'react'
import { answer, own } from '../api/client'
import { codeOf, type Problem, Refusal } from '../api/problem'
import ui from '../components/ui.module.css'
import { instantAt } from '../format/dates'
import { adminText } from '../messages/admin'
import { Link } from '../router'
import { Ask } from './ask'
import type { Decided, Revision } from './queries'

const words = adminText.review
const LOOK: Record<string, string | undefined> = {
  approved: ui.tagGood,
  live: ui.tagGood,
  rejected: ui.tagWarn,
  suspended: ui.tagBad,
}

interface Props {
  revision: Revision
  decided: Decided | undefined
  onDecided: (decided: Decided) => void
}

/** What an admin can do with a revision: decide on it, once, and take an approved hotel off sale and put it back. */
export function Decision({ revision, decided, onDecided }: Props) {
  const { property_id, revision: number, hash } = revision
  const path = { params: { path: { property_id } } }
  const state = decided?.state ?? revision.decision
  const refused = (error: unknown) => changedSince(error, property_id)
  const stands = (error: unknown) => decidedAlready(error, property_id, number)
  if (!state) {
    return (
      <div className={ui.row}>
        <Ask
          primary
          label={words.approve}
          confirm={words.approveConfirm}
          heading={words.approveHeading}
          lead={words.approveText}
          run={() =>
            answer(
              own().POST('/admin/properties/{property_id}/approve', { ...path, body: { revision: number, hash } }),
            ).catch(stands)
          }
          onDone={onDecided}
          refused={refused}
        />
        <Ask
          label={words.reject}
          confirm={words.rejectConfirm}
          heading={words.rejectHeading}
          lead={words.rejectText}
          reason="required"
          run={(reason) =>
            answer(
              own().POST('/admin/properties/{property_id}/reject', { ...path, body: { revision: number, reason } }),
            ).catch(stands)
          }
          onDone={onDecided}
          refused={refused}
        />
      </div>
    )
  }
  return (
    <div className={ui.tight}>
      <p className={ui.row}>
        <span className={LOOK[state] ?? ui.tag}>{words.decisions[state] ?? state}</span>
        {!decided && revision.decided_at && (
          <span className={ui.soft}>{words.decided(instantAt(revision.decided_at, undefined))}</span>
        )}
      </p>
      {!decided && revision.reason && <p>“{revision.reason}”</p>}
      {state !== 'rejected' && (
        <div className={ui.row}>
          {state === 'suspended' ? (
            <Ask
              label={words.resume}
              heading={words.resumeHeading}
              lead={words.resumeText}
              run={() => answer(own().POST('/admin/properties/{property_id}/resume', path))}
              onDone={onDecided}
            />
          ) : (
            <Ask
              label={words.suspend}
              heading={words.suspendHeading}
              lead={words.suspendText}
              reason="required"
              run={(reason) =>
                answer(own().POST('/admin/properties/{property_id}/suspend', { ...path, body: { reason } }))
              }
              onDone={onDecided}
            />
          )}
          {state !== 'suspended' && <Link href={`/hotels/${property_id}`}>{words.see}</Link>}
        </div>
      )}
    </div>
  )
}

/** What became of the hotel by the decision that was just made: its button is gone, so the keyboard goes on here. */
export function Outcome({ decided }: { decided: Decided | undefined }) {
  const outcome = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (decided) outcome.current?.focus()
  }, [decided])
  return (
    <div className={decided && ui.good} ref={outcome} role="status" tabIndex={-1}>
      {decided && <p>{words.outcomes[decided.state]}</p>}
      {decided?.calendar_open === false && <p>{words.opening}</p>}
    </div>
  )
}

/** A repeat, as after an answer that was lost, is refused as one: what was asked for stands. */
function decidedAlready(error: unknown, property_id: string, revision: number): Decided {
  const { decision, calendar_open } = error instanceof Refusal ? error.problem : ({} as Partial<Problem>)
  if (!decision) throw error
  return { property_id, revision, state: decision, calendar_open }
}

/** The owner was faster: nothing was decided, and there may be a newer revision to read. */
function changedSince(error: unknown, propertyId: string): ReactNode {
  if (!(error instanceof Refusal) || codeOf(error) !== 'changed_since') return undefined
  const newest = error.problem.revision
  return (
    <div className={ui.stack}>
      <div className={ui.notice} role="alert" data-code="changed_since">
        <h3>{words.changedHeading}</h3>
        <p>{error.problem.detail}</p>
        <p>{words.changedText}</p>
      </div>
      <div className={ui.row}>
        {newest !== undefined && (
          <Link className={ui.button} href={`/admin/reviews/${propertyId}?revision=${newest}`}>
            {words.newer(newest)}
          </Link>
        )}
        <Link className={ui.quiet} href="/admin/reviews">
          {words.back}
        </Link>
      </div>
    </div>
  )
}
