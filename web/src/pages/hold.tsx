import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { answer, own } from '../api/client'
import { codeOf, Refusal } from '../api/problem'
import { guest, useKeepBooking } from '../api/queries'
import { signIn, useSignedIn } from '../auth/session'
import { Bones } from '../components/skeleton'
import { Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { dateRange } from '../format/dates'
import { forgetIntent, type Intent, intent } from '../intent'
import { text } from '../messages'
import { ruleText } from '../messages/rules'
import { Link, useLocation } from '../router'

export default function HoldPage() {
  const [asked] = useState(intent)
  const name = useSignedIn()
  useEffect(() => {
    if (asked && !name) void signIn('/hold')
  }, [asked, name])
  if (!asked) {
    return (
      <div className={ui.stack}>
        <h1>{text.hold.nothing}</h1>
        <p className={ui.lead}>{text.hold.nothingHint}</p>
        <p>
          <Link className={ui.button} href="/">
            {text.bookings.find}
          </Link>
        </p>
      </div>
    )
  }
  return name ? <Making asked={asked} /> : <Waiting />
}

function Waiting() {
  return (
    <div className={ui.stack}>
      <h1>{text.headings.hold}</h1>
      <p className={ui.lead}>{text.hold.makingHint}</p>
      <Bones />
    </div>
  )
}

/** Asks for the hold under the key that was chosen with it: after a reload the API answers with the same booking. */
function Making({ asked }: { asked: Intent }) {
  const [, go] = useLocation()
  const keep = useKeepBooking()
  const client = useQueryClient()
  const made = useQuery({
    queryKey: ['hold', asked.key],
    queryFn: () =>
      answer(
        own().POST('/bookings', {
          params: { header: { 'Idempotency-Key': asked.key } },
          body: asked.wanted,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const booking = made.data
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the booking is there
  useEffect(() => {
    if (!booking) return
    keep(booking)
    client.setQueryData(guest(booking.booking_id).queryKey, (known) => known ?? null)
    forgetIntent()
    go(`/bookings/${booking.booking_id}/guest`, { replace: true })
  }, [booking])
  return made.error ? <Refused error={made.error} asked={asked} again={() => void made.refetch()} /> : <Waiting />
}

function Refused({ error, asked, again }: { error: Error; asked: Intent; again: () => void }) {
  const problem = error instanceof Refusal ? error.problem : undefined
  const repeatable = ['busy', 'unreachable', 'too_many_calls', 'unknown', 'too_many_holds'].includes(codeOf(error))
  return (
    <div className={ui.stack}>
      <h1>{text.hotel.notFree}</h1>
      <Trouble error={error} again={repeatable ? again : undefined} />
      {problem?.restrictions?.map((rule) => (
        <p key={`${rule.rule} ${rule.date}`}>{ruleText(rule)}</p>
      ))}
      {problem?.alternatives && problem.alternatives.length > 0 && (
        <section className={ui.tight}>
          <h2>{text.hotel.nearest}</h2>
          <ul className={ui.row}>
            {problem.alternatives.map(({ check_in, check_out }) => (
              <li key={check_in + check_out}>
                <Link className={ui.quiet} href={withDates(asked.from, check_in, check_out)}>
                  {dateRange(check_in, check_out)}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      <p>
        <Link href={asked.from}>{text.search.choose}</Link>
      </p>
    </div>
  )
}

function withDates(from: string, checkIn: string, checkOut: string): string {
  const [path, query] = from.split('?')
  const changed = new URLSearchParams(query)
  changed.set('check_in', checkIn)
  changed.set('check_out', checkOut)
  return `${path}?${changed}`
}
