import { Policy } from '../components/policy'
import ui from '../components/ui.module.css'
import { ownerText } from '../messages/owner'
import css from './owner.module.css'
import { wholeNumber } from './typed'
import type { PolicyStep } from './types'

export interface PolicyRow {
  key: string
  days: string
  until: string
  percent: string
}

const words = ownerText.policy

/** Nothing where the hotel has no policy yet: that differs from one that refunds nothing. */
export function policyRows(steps: PolicyStep[] | null | undefined): PolicyRow[] | undefined {
  return steps?.map((step) => ({
    key: crypto.randomUUID(),
    days: String(step.days_before),
    until: step.until ?? '',
    percent: String(step.refund_percent),
  }))
}

export function readPolicy(rows: readonly PolicyRow[]): PolicyStep[] {
  return rows.map(({ days, until, percent }) => ({
    days_before: wholeNumber(days) ?? 0,
    refund_percent: wholeNumber(percent) ?? 0,
    ...(until && { until }),
  }))
}

const TEMPLATES: Record<keyof typeof words.templates, PolicyStep[]> = {
  flexible: [
    { days_before: 1, refund_percent: 100 },
    { days_before: 0, refund_percent: 0 },
  ],
  moderate: [
    { days_before: 7, refund_percent: 100 },
    { days_before: 2, refund_percent: 50 },
    { days_before: 0, refund_percent: 0 },
  ],
  strict: [{ days_before: 0, refund_percent: 0 }],
}

interface Props {
  rows: PolicyRow[] | undefined
  onChange: (rows: PolicyRow[]) => void
}

/** The steps of a policy, with what guests will read of them. */
export function PolicyEditor({ rows, onChange }: Props) {
  const set = (key: string, change: Partial<PolicyRow>) =>
    onChange((rows ?? []).map((row) => (row.key === key ? { ...row, ...change } : row)))
  return (
    <fieldset className={`${ui.card} ${ui.stack}`}>
      <legend className={css.legend}>{words.heading}</legend>
      <div className={ui.tight}>
        <p className={ui.soft}>{words.begin}</p>
        <div className={ui.row}>
          {(Object.keys(TEMPLATES) as (keyof typeof TEMPLATES)[]).map((name) => (
            <button
              className={`${ui.quiet} ${ui.small}`}
              type="button"
              key={name}
              onClick={() => onChange(policyRows(TEMPLATES[name]) ?? [])}
            >
              {words.templates[name]}
            </button>
          ))}
        </div>
      </div>
      {rows && rows.length > 0 && (
        <ul className={ui.tight}>
          {rows.map((row, index) => (
            <li className={css.policyRow} key={row.key}>
              <label className={ui.field}>
                <span className={ui.label}>{words.percent}</span>
                <input
                  className={ui.input}
                  type="number"
                  min={0}
                  max={100}
                  required
                  value={row.percent}
                  onChange={(event) => set(row.key, { percent: event.target.value })}
                />
              </label>
              <label className={ui.field}>
                <span className={ui.label}>{words.days}</span>
                <input
                  className={ui.input}
                  type="number"
                  min={0}
                  max={365}
                  required
                  value={row.days}
                  onChange={(event) => set(row.key, { days: event.target.value })}
                />
              </label>
              <label className={ui.field}>
                <span className={ui.label}>{words.until}</span>
                <input
                  className={ui.input}
                  type="time"
                  value={row.until}
                  onChange={(event) => set(row.key, { until: event.target.value })}
                />
              </label>
              <button
                className={`${ui.quiet} ${ui.small}`}
                type="button"
                onClick={() => onChange(rows.filter((one) => one.key !== row.key))}
              >
                {words.remove}
                <span className={ui.hidden}> {words.step(index + 1)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {rows && (
        <>
          <p>
            <button
              className={ui.link}
              type="button"
              onClick={() => onChange([...rows, { key: crypto.randomUUID(), days: '0', until: '', percent: '0' }])}
            >
              {words.add}
            </button>
          </p>
          <div className={ui.tight}>
            <p className={ui.label}>{words.preview}</p>
            <Policy steps={readPolicy(rows)} />
          </div>
        </>
      )}
    </fieldset>
  )
}
