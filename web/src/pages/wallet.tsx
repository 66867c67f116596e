import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { answer, own } from '../api/client'
import { wallet as walletQuery } from '../api/queries'
import type { Entry } from '../api/types'
import { useSignedIn } from '../auth/session'
import { Columns } from '../components/hold_frame'
import { More } from '../components/more'
import { Bones } from '../components/skeleton'
import { TopUpForm } from '../components/top_up'
import { SignInAsked, Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { instantAt } from '../format/dates'
import { exact } from '../format/money'
import { text } from '../messages'
import { Link } from '../router'
import css from './wallet.module.css'

export default function WalletPage() {
  const name = useSignedIn()
  return (
    <div className={ui.stack}>
      <h1>{text.headings.wallet}</h1>
      {name ? <WalletShown /> : <SignInAsked />}
    </div>
  )
}

function WalletShown() {
  const wallet = useQuery(walletQuery())
  if (wallet.error) return <Trouble error={wallet.error} again={() => void wallet.refetch()} />
  if (!wallet.data) return <Bones />
  const { balance, currency } = wallet.data
  return (
    <Columns side={<TopUpForm currency={currency} />}>
      <div className={ui.stack}>
        <div>
          <p className={ui.soft}>{text.wallet.balance}</p>
          <p className={css.balance}>{exact(balance, currency)}</p>
        </div>
        <p className={ui.lead}>{text.wallet.lead}</p>
        <Ledger />
      </div>
    </Columns>
  )
}

function Ledger() {
  const found = useInfiniteQuery({
    queryKey: ['wallet', 'entries'],
    queryFn: ({ pageParam }) =>
      answer(own().GET('/wallet/entries', { params: { query: pageParam ? { cursor: pageParam } : {} } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })
  const entries = found.data?.pages.flatMap((page) => page.entries) ?? []
  return (
    <section className={ui.tight}>
      <h2>{text.wallet.ledger}</h2>
      {found.error && <Trouble error={found.error} again={() => void found.refetch()} />}
      {found.data && entries.length === 0 && <p className={ui.soft}>{text.wallet.none}</p>}
      <ol className={css.ledger}>
        {entries.map((entry) => (
          <li className={css.entry} key={entry.seq ?? entry.at}>
            <EntryShown entry={entry} />
          </li>
        ))}
      </ol>
      <More of={found} label={text.wallet.more} />
    </section>
  )
}

function EntryShown({ entry }: { entry: Entry }) {
  return (
    <>
      <div>
        <p>{text.wallet.reasons[entry.reason] ?? entry.reason}</p>
        <p className={ui.soft}>
          {instantAt(entry.at, undefined)}
          {entry.booking_id && (
            <>
              {' · '}
              <Link href={`/bookings/${entry.booking_id}`}>{text.wallet.booking}</Link>
            </>
          )}
        </p>
      </div>
      <div className={css.amounts}>
        <p className={entry.amount > 0 ? css.in : undefined}>{exact(entry.amount, entry.currency)}</p>
        {entry.balance_after !== null && entry.balance_after !== undefined && (
          <p className={ui.soft}>{exact(entry.balance_after, entry.currency)}</p>
        )}
      </div>
    </>
  )
}
