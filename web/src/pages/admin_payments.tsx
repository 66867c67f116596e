import { useState } from 'react'
import { Choices, Code, Facts, ForAdmins } from '../admin/frame'
import { type PaymentRow, type PaymentState, usePayments } from '../admin/queries'
import { CloseCase, CloseRefund, CloseTopup, SettleBooking, SettleTopup } from '../admin/settling'
import { ago } from '../ages'
import { More } from '../components/more'
import { Bones } from '../components/skeleton'
import { Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { instantAt } from '../format/dates'
import { exact } from '../format/money'
import { adminText } from '../messages/admin'
import { Link, useSearch } from '../router'
import css from './admin_reviews.module.css'

const words = adminText.payments
const STATES = Object.keys(words.states) as PaymentState[]

export default function AdminPaymentsPage() {
  const asked = new URLSearchParams(useSearch()).get('state')
  const state = STATES.find((one) => one === asked) ?? 'due'
  return (
    <ForAdmins heading={adminText.titles.payments}>
      <div className={ui.stack}>
        <div className={ui.tight}>
          <h1>{adminText.titles.payments}</h1>
          <p className={ui.lead}>{words.lead}</p>
        </div>
        <Choices
          label={adminText.titles.payments}
          names={STATES}
          chosen={state}
          hrefOf={(one) => (one === 'due' ? '/admin/payments' : `/admin/payments?state=${one}`)}
          wordOf={(one) => words.states[one]}
        />
        <Payments key={state} state={state} />
      </div>
    </ForAdmins>
  )
}

function Payments({ state }: { state: PaymentState }) {
  const found = usePayments(state)
  const [said, setSaid] = useState('')
  const rows = found.data?.pages.flatMap((page) => page.payments) ?? []
  const count = found.data?.pages[0]?.count ?? 0
  return (
    <>
      <div className={ui.tight}>
        <p className={ui.soft}>
          {words.hints[state]} {count > 0 && words.count(count)}
        </p>
        <div role="status">{said && <p className={ui.good}>{said}</p>}</div>
      </div>
      {found.error ? (
        <Trouble error={found.error} again={() => void found.refetch()} />
      ) : !found.data ? (
        <Bones />
      ) : rows.length === 0 ? (
        <p className={ui.notice}>{words.none}</p>
      ) : (
        <ul className={css.reviews}>
          {rows.map((row) => (
            <li key={keyOf(row)}>
              <Row row={row} state={state} onDone={setSaid} />
            </li>
          ))}
        </ul>
      )}
      <More of={found} label={adminText.more} />
    </>
  )
}

function keyOf(row: PaymentRow): string {
  return [row.case_id, row.booking_id, row.topup_id, row.gateway_order_id, row.action].join(' ')
}

function Row({ row, state, onDone }: { row: PaymentRow; state: PaymentState; onDone: (text: string) => void }) {
  const facts = words.facts
  return (
    <article className={css.review}>
      <div className={ui.tight}>
        <div>
          <p className={ui.eyebrow}>{nameOf(row)}</p>
          <h2 className={ui.numbers}>
            {typeof row.amount === 'number' && row.currency ? exact(row.amount, row.currency) : words.unknown}
          </h2>
          {row.note && <p>{row.note}</p>}
        </div>
        <Facts
          of={[
            [facts.booking, row.booking_id && <BookingLink key="booking" id={row.booking_id} />],
            [facts.topup, row.topup_id && <Code key="topup">{row.topup_id}</Code>],
            [facts.age, typeof row.age_seconds === 'number' && ago(row.age_seconds)],
            [facts.state, row.state],
            [facts.attempts, row.attempts],
            [facts.next, row.next_try_at && instantAt(row.next_try_at, undefined)],
            [facts.gateway, row.gateway],
            [facts.order, row.gateway_order_id && <Code key="order">{row.gateway_order_id}</Code>],
            [
              facts.transaction,
              row.gateway_transaction_id && row.gateway_transaction_id !== row.gateway_order_id && (
                <Code key="transaction">{row.gateway_transaction_id}</Code>
              ),
            ],
            [facts.refund, row.gateway_refund_id && <Code key="refund">{row.gateway_refund_id}</Code>],
            [facts.user, row.user_id && <Code key="user">{row.user_id}</Code>],
          ]}
        />
      </div>
      <div className={css.actions}>
        <Actions row={row} state={state} onDone={onDone} />
      </div>
    </article>
  )
}

function nameOf(row: PaymentRow): string {
  if (row.case_id) return words.states[row.kind ?? 'unmatched']
  if (row.action) return words.actions[row.action] ?? row.action
  return row.topup_id ? words.topup : words.unknown
}

function BookingLink({ id }: { id: string }) {
  return (
    <Link href={`/admin/bookings/${id}`}>
      <Code>{id}</Code>
    </Link>
  )
}

function Actions({ row, state, onDone }: { row: PaymentRow; state: PaymentState; onDone: (text: string) => void }) {
  if (row.case_id) return <CloseCase id={row.case_id} />
  if (row.topup_id) {
    return (
      <>
        <SettleTopup id={row.topup_id} onDone={onDone} />
        {state === 'stuck' && <CloseTopup id={row.topup_id} />}
      </>
    )
  }
  if (!row.booking_id) return null
  return (
    <>
      <SettleBooking id={row.booking_id} onDone={onDone} />
      {row.action === 'refund' && <CloseRefund id={row.booking_id} />}
    </>
  )
}
