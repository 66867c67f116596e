import type { ReactNode } from 'react'
import ui from '../components/ui.module.css'
import { shiftDate } from '../format/dates'
import css from './owner.module.css'

interface DayBarProps {
  date: string
  step?: number
  onChange: (date: string) => void
  words: { before: string; day: string; after: string }
  children: ReactNode
}

/** Chooses the day, or with `step` the first of so many, that a page of the desk shows. */
export function DayBar({ date, step = 1, onChange, words, children }: DayBarProps) {
  return (
    <div className={css.monthBar}>
      <button
        className={css.arrow}
        type="button"
        aria-label={words.before}
        onClick={() => onChange(shiftDate(date, -step))}
      >
        ‹
      </button>
      <label className={ui.field}>
        <span className={ui.hidden}>{words.day}</span>
        <input
          className={ui.input}
          type="date"
          value={date}
          onChange={(event) => event.target.value && onChange(event.target.value)}
        />
      </label>
      <button
        className={css.arrow}
        type="button"
        aria-label={words.after}
        onClick={() => onChange(shiftDate(date, step))}
      >
        ›
      </button>
      {children}
    </div>
  )
}
