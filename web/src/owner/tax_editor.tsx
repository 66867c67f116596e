import ui from '../components/ui.module.css'
import { shiftDate } from '../format/dates'
import { minorUnits } from '../format/money'
import { ownerText } from '../messages/owner'
import css from './owner.module.css'
import { periodText } from './tax_text'
import { asTyped, basisPoints, shareTyped } from './typed'
import type { TaxTable } from './types'

interface Slab {
  key: string
  /** Empty: without a bound. */
  upTo: string
  parts: { key: string; name: string; rate: string }[]
}

/** The table of the newest period; older ones stay as they are. */
export interface TaxRows {
  included: 'law' | 'yes' | 'no'
  rounding: 'line' | 'booking'
  starts: string
  slabs: Slab[]
  earlier: TaxTable['periods']
}

type Period = TaxTable['periods'][number]

const words = ownerText.taxes
const INDIA = 'IN'

function slab(upTo = '', parts: Slab['parts'] = [part()]): Slab {
  return { key: crypto.randomUUID(), upTo, parts }
}

function part(name = '', rate = ''): Slab['parts'][number] {
  return { key: crypto.randomUUID(), name, rate }
}

export function taxRows(table: TaxTable | null | undefined, currency: string | null | undefined): TaxRows | undefined {
  if (!table || table.periods.length === 0) return undefined
  return {
    included: table.included === true ? 'yes' : table.included === false ? 'no' : 'law',
    rounding: table.rounding ?? 'line',
    ...periodRows(table.periods, currency ?? 'INR'),
  }
}

/** The last of them to be typed, the others as they are. */
function periodRows(periods: readonly Period[], currency: string): Pick<TaxRows, 'starts' | 'earlier' | 'slabs'> {
  const newest = periods.at(-1)
  return {
    starts: newest?.starts ?? '',
    earlier: periods.slice(0, -1),
    slabs: (newest?.slabs ?? []).map((one) =>
      slab(
        asTyped(one.up_to, currency),
        one.components.map(({ name, rate_bp }) => part(name, shareTyped(rate_bp) || '0')),
      ),
    ),
  }
}

export function readTaxes(rows: TaxRows, currency: string): TaxTable {
  return {
    ...(rows.included !== 'law' && { included: rows.included === 'yes' }),
    ...(rows.rounding === 'booking' && { rounding: rows.rounding }),
    periods: [
      ...rows.earlier,
      {
        starts: rows.starts,
        slabs: rows.slabs.map((one) => ({
          up_to: minorUnits(one.upTo, currency) ?? null,
          components: one.parts.map(({ name, rate }) => ({ name: name.trim(), rate_bp: basisPoints(rate) ?? 0 })),
        })),
      },
    ],
  }
}

const FIRST: TaxRows = { included: 'law', rounding: 'line', starts: '2020-01-01', earlier: [], slabs: [] }

interface Props {
  rows: TaxRows | undefined
  country: string | null | undefined
  currency: string
  /** At the hotel. */
  today: string
  onChange: (rows: TaxRows | undefined) => void
}

/** India's table comes by law; any other hotel says its own. */
export function TaxEditor({ rows, country, currency, today, onChange }: Props) {
  const byLaw = !country || country === INDIA
  return (
    <fieldset className={`${ui.card} ${ui.stack}`}>
      <legend className={css.legend}>{words.heading}</legend>
      <div className={ui.tight}>
        <label className={ui.check}>
          <input type="radio" name="taxes" checked={!rows} onChange={() => onChange(undefined)} />
          <span>{byLaw ? words.byLaw : words.none}</span>
        </label>
        <label className={ui.check}>
          <input
            type="radio"
            name="taxes"
            checked={rows !== undefined}
            onChange={() => onChange(rows ?? { ...FIRST, slabs: [slab()] })}
          />
          <span>{words.own}</span>
        </label>
      </div>
      {rows && <Table rows={rows} currency={currency} today={today} onChange={onChange} />}
    </fieldset>
  )
}

interface TableProps {
  rows: TaxRows
  currency: string
  today: string
  onChange: (rows: TaxRows) => void
}

function Table({ rows, currency, today, onChange }: TableProps) {
  const before = rows.earlier.at(-1)
  /** A later day on the only period would leave the nights before it without a rate. */
  const bounds = before ? { min: shiftDate(before.starts, 1) } : { max: today }
  const setSlab = (key: string, change: Partial<Slab>) =>
    onChange({ ...rows, slabs: rows.slabs.map((one) => (one.key === key ? { ...one, ...change } : one)) })
  return (
    <>
      <div className={css.form}>
        <label className={ui.field}>
          <span className={ui.label}>{words.included}</span>
          <select
            className={ui.input}
            value={rows.included}
            onChange={(event) => onChange({ ...rows, included: event.target.value as TaxRows['included'] })}
          >
            <option value="law">{words.includedLaw}</option>
            <option value="no">{words.includedNo}</option>
            <option value="yes">{words.includedYes}</option>
          </select>
        </label>
        <label className={ui.field}>
          <span className={ui.label}>{words.rounding}</span>
          <select
            className={ui.input}
            value={rows.rounding}
            onChange={(event) => onChange({ ...rows, rounding: event.target.value as TaxRows['rounding'] })}
          >
            <option value="line">{words.roundingLine}</option>
            <option value="booking">{words.roundingBooking}</option>
          </select>
        </label>
        <div className={ui.field}>
          <label className={ui.field}>
            <span className={ui.label}>{words.starts}</span>
            <input
              className={ui.input}
              type="date"
              required
              aria-describedby="starts-hint"
              {...bounds}
              value={rows.starts}
              onChange={(event) => onChange({ ...rows, starts: event.target.value })}
            />
          </label>
          <p className={ui.soft} id="starts-hint">
            {before ? words.startsLaterHint : words.startsHint}
          </p>
        </div>
      </div>
      {before && (
        <div className={ui.tight}>
          <p className={ui.label}>{words.earlier}</p>
          <ul className={css.bullets}>
            {rows.earlier.map((one) => (
              <li key={one.starts}>{periodText(one, currency)}</li>
            ))}
          </ul>
        </div>
      )}
      {rows.slabs.map((one, index) => (
        <SlabEditor
          key={one.key}
          slab={one}
          number={index + 1}
          currency={currency}
          isLast={index + 1 === rows.slabs.length}
          onChange={(change) => setSlab(one.key, change)}
          onRemove={
            rows.slabs.length > 1
              ? () => onChange({ ...rows, slabs: rows.slabs.filter(({ key }) => key !== one.key) })
              : undefined
          }
        />
      ))}
      <p>
        <button className={ui.link} type="button" onClick={() => onChange({ ...rows, slabs: [...rows.slabs, slab()] })}>
          {words.addSlab}
        </button>
      </p>
      <div className={ui.row}>
        <button
          className={ui.link}
          type="button"
          onClick={(event) => {
            if (!event.currentTarget.form?.reportValidity()) return
            onChange({ ...rows, earlier: readTaxes(rows, currency).periods, starts: '' })
          }}
        >
          {words.addPeriod}
        </button>
        {before && (
          <button
            className={ui.link}
            type="button"
            onClick={() => onChange({ ...rows, ...periodRows(rows.earlier, currency) })}
          >
            {words.removePeriod}
          </button>
        )}
      </div>
    </>
  )
}

interface SlabProps {
  slab: Slab
  number: number
  currency: string
  isLast: boolean
  onChange: (change: Partial<Slab>) => void
  onRemove: (() => void) | undefined
}

function SlabEditor({ slab: one, number, currency, isLast, onChange, onRemove }: SlabProps) {
  const setPart = (key: string, change: { name?: string; rate?: string }) =>
    onChange({ parts: one.parts.map((of) => (of.key === key ? { ...of, ...change } : of)) })
  return (
    <fieldset className={css.slab}>
      <legend className={ui.label}>{words.slab(number)}</legend>
      {!isLast && (
        <label className={ui.field}>
          <span className={ui.label}>
            {words.upTo} ({currency})
          </span>
          <input
            className={ui.input}
            inputMode="decimal"
            required
            value={one.upTo}
            onChange={(event) => onChange({ upTo: event.target.value })}
          />
        </label>
      )}
      {one.parts.map((of) => (
        <div className={css.pair} key={of.key}>
          <label className={ui.field}>
            <span className={ui.label}>{words.name}</span>
            <input
              className={ui.input}
              required
              maxLength={200}
              value={of.name}
              onChange={(event) => setPart(of.key, { name: event.target.value })}
            />
          </label>
          <label className={ui.field}>
            <span className={ui.label}>{words.rate}</span>
            <input
              className={ui.input}
              inputMode="decimal"
              required
              pattern="\s*\d{1,3}([.,]\d{1,2})?\s*%?\s*"
              value={of.rate}
              onChange={(event) => setPart(of.key, { rate: event.target.value })}
            />
          </label>
        </div>
      ))}
      <div className={ui.row}>
        <button className={ui.link} type="button" onClick={() => onChange({ parts: [...one.parts, part()] })}>
          {words.addPart}
        </button>
        {onRemove && (
          <button className={ui.link} type="button" onClick={onRemove}>
            {words.removeSlab(number)}
          </button>
        )}
      </div>
    </fieldset>
  )
}
