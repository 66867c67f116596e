import ui from '../components/ui.module.css'
import { instantAt } from '../format/dates'
import { exact } from '../format/money'
import { text } from '../messages'
import { adminText } from '../messages/admin'
import { Code, Facts } from './frame'
import type { DeskBooking } from './queries'
import { CloseCase } from './settling'
import css from './story.module.css'

const words = adminText.booking
const SHORT_ID = 8 // characters of a user's id, which has 36
type Event = DeskBooking['history'][number]

/** Every line of the history, in the order of the booking's changes. */
export function Story({ booking }: { booking: DeskBooking }) {
  return (
    <section className={ui.tight}>
      <h2>{words.story}</h2>
      <ol className={css.story}>
        {booking.history.map((event, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a history only grows at its end
          <li key={index}>
            <p className={css.what}>{headingOf(event, booking.history[index - 1])}</p>
            {event.note && headingOf(event, booking.history[index - 1]) !== event.note && <p>{event.note}</p>}
            <p className={ui.soft}>
              <time dateTime={event.at}>{instantAt(event.at, undefined)}</time> <By actor={event.by} />
            </p>
            {event.gateway && (
              <p className={ui.soft}>
                {event.gateway}{' '}
                <Code>
                  {[...new Set([event.gateway_order_id, event.gateway_transaction_id, event.gateway_refund_id])]
                    .filter(Boolean)
                    .join(' · ')}
                </Code>
              </p>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

/** Who did it: "admin 1f0e…" by its word and the beginning of the id. The whole of it shows under the mouse. */
function By({ actor }: { actor: string }) {
  const [role = '', id = ''] = actor.split(' ')
  const name = id.length > SHORT_ID ? `${id.slice(0, SHORT_ID)}…` : id
  return <span title={actor}>{adminText.by(`${adminText.actors[role] ?? role} ${name}`.trim())}</span>
}

function headingOf(event: Event, before: Event | undefined): string {
  if (event.stay) return words.steps[event.stay] ?? event.stay
  if (event.status === before?.status && event.note) return event.note
  return text.booking.event[event.status]
}

/** What the booking moved in its guest's wallet. */
export function Ledger({ booking }: { booking: DeskBooking }) {
  return (
    <section className={ui.tight}>
      <h2>{words.ledger}</h2>
      {booking.entries.length === 0 && <p className={ui.soft}>{words.noLedger}</p>}
      <ul className={css.entries}>
        {booking.entries.map((entry) => (
          <li key={entry.seq ?? entry.at}>
            <div>
              <p>{text.wallet.reasons[entry.reason] ?? entry.reason}</p>
              <p className={ui.soft}>
                {instantAt(entry.at, undefined)} {entry.actor && <By actor={entry.actor} />}
              </p>
            </div>
            <div className={css.amounts}>
              <p>{exact(entry.amount, entry.currency)}</p>
              {typeof entry.balance_after === 'number' && (
                <p className={ui.soft}>{words.balance(exact(entry.balance_after, entry.currency))}</p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What is still to do at the gateway, and the cases, open and closed. */
export function Waiting({ booking }: { booking: DeskBooking }) {
  if (booking.tasks.length === 0 && booking.cases.length === 0) return null
  const payments = adminText.payments
  return (
    <>
      {booking.tasks.length > 0 && (
        <section className={ui.tight}>
          <h2>{words.waits}</h2>
          {booking.tasks.map((task) => (
            <div className={ui.notice} key={`${task.action} ${task.gateway_order_id}`}>
              <h3>
                {payments.actions[task.action] ?? task.action} {exact(task.amount, task.currency)}{' '}
                {task.stuck && <span className={ui.tagBad}>{words.stuck}</span>}
              </h3>
              <Facts
                of={[
                  [payments.facts.attempts, task.attempts],
                  [payments.facts.next, instantAt(task.next_try_at, undefined)],
                  [payments.facts.order, <Code key="order">{task.gateway_order_id}</Code>],
                ]}
              />
            </div>
          ))}
        </section>
      )}
      {booking.cases.length > 0 && (
        <section className={ui.tight}>
          <h2>{words.cases}</h2>
          {booking.cases.map((one) => (
            <div className={`${ui.card} ${ui.tight}`} key={one.case_id}>
              <h3>
                {payments.states[one.kind]} {exact(one.amount, one.currency)}{' '}
                <span className={one.closed_at ? ui.tag : ui.tagWarn}>{one.closed_at ? words.closed : words.open}</span>
              </h3>
              <Facts
                of={[
                  [payments.facts.state, one.state],
                  [payments.facts.age, instantAt(one.opened_at, undefined)],
                  [payments.facts.note, one.note],
                  [payments.facts.refund, one.gateway_refund_id && <Code key="refund">{one.gateway_refund_id}</Code>],
                  [words.closed, one.closed_at && instantAt(one.closed_at, undefined)],
                  [adminText.ask.reason, one.reason],
                ]}
              />
              {!one.closed_at && (
                <p>
                  <CloseCase id={one.case_id} />
                </p>
              )}
            </div>
          ))}
        </section>
      )}
    </>
  )
}
