/** Controls that several forms of owners have. */
import { Field } from '../components/field'
import ui from '../components/ui.module.css'
import { text } from '../messages'
import { asTyped } from './typed'

interface Common {
  name: string
  label: string
  hint?: string
  optional?: boolean
  wrong?: string
}

/** An amount in the hotel's currency, as it is typed. */
export function AmountField({ value, currency, ...field }: Common & { value?: number | null; currency: string }) {
  return (
    <Field {...field} label={`${field.label} (${currency})`} value={asTyped(value, currency)}>
      {(given) => <input {...given} inputMode="decimal" autoComplete="off" maxLength={14} required={!field.optional} />}
    </Field>
  )
}

interface CountProps extends Common {
  value?: number | null
  min: number
  max: number
}

export function CountField({ value, min, max, ...field }: CountProps) {
  return (
    <Field {...field} value={value === null || value === undefined ? '' : String(value)}>
      {(given) => <input {...given} type="number" min={min} max={max} required={!field.optional} />}
    </Field>
  )
}

interface ChoiceProps extends Common {
  value: string
  choices: readonly { value: string; name: string }[]
  empty?: string
}

export function ChoiceField({ value, choices, empty, ...field }: ChoiceProps) {
  return (
    <Field {...field} value={value}>
      {(given) => (
        <select {...given}>
          {empty !== undefined && <option value="">{empty}</option>}
          {choices.map((one) => (
            <option key={one.value} value={one.value}>
              {one.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

export function CheckField({
  name,
  label,
  value,
  hint,
}: {
  name: string
  label: string
  value: boolean
  hint?: string
}) {
  return (
    <label className={ui.check}>
      <input type="checkbox" name={name} defaultChecked={value} />
      <span>
        {label}
        {hint && <span className={ui.soft}> {hint}</span>}
      </span>
    </label>
  )
}

export function Busy({ pending, children }: { pending: boolean; children: string }) {
  return pending ? text.loading : children
}
