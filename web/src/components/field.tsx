import type { ReactNode } from 'react'
import { Refusal } from '../api/problem'
import { text } from '../messages'
import ui from './ui.module.css'

export interface Given {
  id: string
  name: string
  className: string
  defaultValue: string
  'aria-invalid': true | undefined
  'aria-describedby': string | undefined
}

interface Props {
  name: string
  label: string
  hint?: string
  optional?: boolean
  wrong?: string
  value: string
  children: (given: Given) => ReactNode
}

/** A labelled control of a form, with its hint and with what the API says is wrong with it. */
export function Field({ name, label, hint, optional, wrong, value, children }: Props) {
  const notes = [hint && `${name}-hint`, wrong && `${name}-wrong`].filter(Boolean).join(' ')
  return (
    <div className={ui.field}>
      <label className={ui.label} htmlFor={name}>
        {label} {optional && <span className={ui.optional}>({text.guest.optional})</span>}
      </label>
      {children({
        id: name,
        name,
        className: ui.input ?? '',
        defaultValue: value,
        'aria-invalid': wrong ? true : undefined,
        'aria-describedby': notes || undefined,
      })}
      {hint && (
        <p className={ui.soft} id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {wrong && (
        <p className={ui.bad} id={`${name}-wrong`}>
          {wrong}
        </p>
      )}
    </div>
  )
}

/** What a refusal says is wrong, by the field's name. */
export function wrongFields(error: unknown): ReadonlyMap<string, string> {
  const found = error instanceof Refusal ? (error.problem.errors ?? []) : []
  return new Map(found.map((one) => [one.field, one.detail]))
}
