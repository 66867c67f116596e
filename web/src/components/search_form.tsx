import { type FormEvent, useState } from 'react'
import { text } from '../messages'
import type { Asked } from '../stay'
import css from './search_form.module.css'
import ui from './ui.module.css'

interface Props {
  asked?: Asked
  destinations?: readonly string[]
  today?: string
  onSearch?: (query: string) => void
}

/** A native form: it searches before any script has come, and by the script without leaving the page. */
export function SearchForm({ asked, destinations = [], today, onSearch }: Props) {
  const [wrong, setWrong] = useState(false)

  function submit(event: FormEvent<HTMLFormElement>) {
    if (!onSearch) return
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const [checkIn, checkOut] = [String(form.get('check_in')), String(form.get('check_out'))]
    const reversed = checkIn !== '' && checkOut !== '' && checkOut <= checkIn
    setWrong(reversed)
    if (reversed) return
    const query = new URLSearchParams()
    for (const [name, value] of form) if (value !== '') query.set(name, String(value).trim())
    onSearch(query.toString())
  }

  return (
    <div className={css.space}>
      <form className={css.form} action="/search" method="get" onSubmit={submit} key={JSON.stringify(asked)}>
        <label className={`${ui.field} ${css.where}`}>
          <span className={ui.label}>{text.search.where}</span>
          <input
            className={ui.input}
            name="city"
            list="destinations"
            maxLength={64}
            autoComplete="off"
            placeholder={text.search.anywhere}
            defaultValue={asked?.city}
          />
          <datalist id="destinations">
            {destinations.map((place) => (
              <option key={place} value={place} />
            ))}
          </datalist>
        </label>
        <label className={ui.field}>
          <span className={ui.label}>{text.search.checkIn}</span>
          <input className={ui.input} type="date" name="check_in" min={today} defaultValue={asked?.stay?.check_in} />
        </label>
        <label className={ui.field}>
          <span className={ui.label}>{text.search.checkOut}</span>
          <input
            className={ui.input}
            type="date"
            name="check_out"
            min={today}
            defaultValue={asked?.stay?.check_out}
            aria-invalid={wrong || undefined}
            aria-describedby={wrong ? 'dates-wrong' : undefined}
          />
        </label>
        <label className={ui.field}>
          <span className={ui.label}>{text.search.rooms}</span>
          <input className={ui.input} type="number" name="rooms" min={1} max={9} defaultValue={asked?.rooms ?? 1} />
        </label>
        <label className={ui.field}>
          <span className={ui.label}>{text.search.adults}</span>
          <input className={ui.input} type="number" name="guests" min={1} max={36} defaultValue={asked?.guests ?? 2} />
        </label>
        <label className={`${ui.field} ${css.children}`}>
          <span className={ui.label}>{text.search.children}</span>
          <input
            className={ui.input}
            name="children"
            inputMode="text"
            pattern="\s*\d{1,2}\s*(,\s*\d{1,2}\s*)*"
            maxLength={300}
            autoComplete="off"
            placeholder={text.search.childrenHint}
            defaultValue={asked?.children}
          />
        </label>
        <button className={`${ui.button} ${css.submit}`} type="submit">
          {text.search.submit}
        </button>
        {wrong && (
          <p className={`${ui.bad} ${css.bad}`} id="dates-wrong" role="alert">
            {text.search.datesOrder}
          </p>
        )}
      </form>
    </div>
  )
}
