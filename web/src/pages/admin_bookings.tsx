import { type FormEvent, useState } from 'react'
import { ForAdmins } from '../admin/frame'
import { Field } from '../components/field'
import ui from '../components/ui.module.css'
import { adminText } from '../messages/admin'
import { useLocation } from '../router'
import css from './admin_bookings.module.css'

const words = adminText.bookings

export default function AdminBookingsPage() {
  return (
    <ForAdmins heading={adminText.titles.bookings}>
      <Search />
    </ForAdmins>
  )
}

function Search() {
  const [, go] = useLocation()
  const [wrong, setWrong] = useState<string>()

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const id = String(new FormData(event.currentTarget).get('booking')).trim()
    if (id.startsWith('bk_')) go(`/admin/bookings/${encodeURIComponent(id)}`)
    else setWrong(words.wrong)
  }

  return (
    <div className={ui.stack}>
      <div className={ui.tight}>
        <h1>{adminText.titles.bookings}</h1>
        <p className={ui.lead}>{words.lead}</p>
      </div>
      <search>
        <form className={css.form} onSubmit={submit}>
          <Field name="booking" label={words.id} hint={words.idHint} value="" wrong={wrong}>
            {(given) => <input {...given} autoComplete="off" autoCapitalize="none" spellCheck={false} required />}
          </Field>
          <button className={ui.button} type="submit">
            {words.find}
          </button>
        </form>
      </search>
    </div>
  )
}
