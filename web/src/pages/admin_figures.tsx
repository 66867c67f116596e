import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { Chart, type Point } from '../admin/chart'
import { ForAdmins } from '../admin/frame'
import { type Figures, type FiguresDay, figures as figuresQuery, verdict } from '../admin/queries'
import { span, whole } from '../ages'
import { Field, wrongFields } from '../components/field'
import { Bones } from '../components/skeleton'
import { Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { VerdictShown } from '../components/verdict'
import { instantAt } from '../format/dates'
import { percent } from '../format/money'
import { adminText } from '../messages/admin'
import { Link, useLocation, useSearch } from '../router'
import css from './admin_figures.module.css'

const words = adminText.figures
const ALL_OF_IT = 10_000 // basis points

export default function AdminFiguresPage() {
  return (
    <ForAdmins heading={adminText.titles.figures}>
      <div className={ui.stack}>
        <div className={ui.tight}>
          <h1>{adminText.titles.figures}</h1>
          <p className={ui.lead}>{words.lead}</p>
        </div>
        <FiguresShown />
        <Verdict />
      </div>
    </ForAdmins>
  )
}

function FiguresShown() {
  const asked = new URLSearchParams(useSearch())
  const [from, to] = [asked.get('from') ?? '', asked.get('to') ?? '']
  const found = useQuery({ ...figuresQuery(from, to), placeholderData: keepPreviousData })
  const wrong = wrongFields(found.error)
  const days = found.data?.days ?? []
  return (
    <section className={ui.stack} aria-label={adminText.titles.figures}>
      <Range
        key={`${from} ${to} ${days.length}`}
        from={from || (days[0]?.date ?? '')}
        to={to || (days.at(-1)?.date ?? '')}
        wrong={wrong}
      />
      {found.error && wrong.size === 0 ? (
        <Trouble error={found.error} again={() => void found.refetch()} />
      ) : found.data ? (
        <>
          <p className={ui.soft}>
            {found.data.counted_at ? words.counted(instantAt(found.data.counted_at, undefined)) : words.notCounted}
          </p>
          <div className={css.charts}>
            <Charts days={days} total={found.data.total} />
          </div>
        </>
      ) : found.error ? null : (
        <Bones />
      )}
    </section>
  )
}

interface RangeProps {
  from: string
  to: string
  wrong: ReadonlyMap<string, string>
}

function Range({ from, to, wrong }: RangeProps) {
  const [, go] = useLocation()

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const query = new URLSearchParams({ from: String(form.get('from')), to: String(form.get('to')) })
    go(`/admin/figures?${query}`)
  }

  return (
    <form className={css.range} onSubmit={submit}>
      <Field name="from" label={words.from} value={from} wrong={wrong.get('from')}>
        {(given) => <input {...given} type="date" required />}
      </Field>
      <Field name="to" label={words.to} value={to} wrong={wrong.get('to')}>
        {(given) => <input {...given} type="date" required />}
      </Field>
      <div className={css.buttons}>
        <button className={ui.button} type="submit">
          {words.show}
        </button>
        <Link className={ui.quiet} href="/admin/figures">
          {words.last}
        </Link>
      </div>
    </form>
  )
}

const rate = (value: number | null) => (value === null ? words.none : percent(value))
const seconds = (value: number | null) => (value === null ? words.none : span(value))

function Charts({ days, total }: { days: readonly FiguresDay[]; total: Figures }) {
  const { expiry, success, wallet, timer, released } = words.charts
  const points = (
    value: (day: Figures) => number | null,
    shown: (value: number | null) => string,
    made: (day: Figures) => string,
  ) =>
    days.map(({ date, figures }): Point => {
      if (!figures) return { date, value: null, shown: words.none, made: words.none }
      return { date, value: value(figures), shown: shown(value(figures)), made: made(figures) }
    })
  return (
    <>
      <Chart
        {...expiry}
        total={rate(total.expiry_rate_bp)}
        top={ALL_OF_IT}
        axis={percent}
        points={points(
          (day) => day.expiry_rate_bp,
          rate,
          (day) => words.of(day.expired, day.ended),
        )}
      />
      <Chart
        {...success}
        total={rate(total.payment_success_bp)}
        top={ALL_OF_IT}
        axis={percent}
        points={points(
          (day) => day.payment_success_bp,
          rate,
          (day) => words.of(day.paid, day.started),
        )}
      />
      <Chart
        {...wallet}
        total={rate(total.wallet_share_bp)}
        top={ALL_OF_IT}
        axis={percent}
        points={points(
          (day) => day.wallet_share_bp,
          rate,
          (day) => words.of(day.paid_by_wallet, day.paid),
        )}
      />
      <Chart
        {...timer}
        total={seconds(total.lag_ms)}
        axis={span}
        points={points(
          (day) => day.lag_ms,
          seconds,
          (day) => seconds(day.longest_lag_ms),
        )}
      />
      <Chart
        {...released}
        total={whole(total.rooms_released)}
        axis={whole}
        points={points(
          (day) => day.rooms_released,
          (value) => whole(value ?? 0),
          (day) => whole(day.expired),
        )}
      />
    </>
  )
}

function Verdict() {
  const found = useQuery(verdict())
  return (
    <section className={ui.stack}>
      <h2>{words.verdict}</h2>
      {found.error ? (
        <Trouble error={found.error} again={() => void found.refetch()} />
      ) : found.data ? (
        <VerdictShown proof={found.data} level={3} />
      ) : (
        <Bones />
      )}
      {found.data?.findings && found.data.findings.length > 0 && (
        <div className={ui.alarm}>
          <h3>{words.findings}</h3>
          <ul className={css.findings}>
            {found.data.findings.map((one) => (
              <li key={`${one.invariant} ${one.text}`}>
                <strong>{one.invariant}</strong> {one.text}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}
