import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { codeOf } from '../api/problem'
import { Dialog } from '../components/dialog'
import { Field, wrongFields } from '../components/field'
import { Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { adminText } from '../messages/admin'

const words = adminText.ask

interface Props<Answer> {
  /** On the button that opens the dialog, and on the one that does it. */
  label: string
  confirm?: string
  heading: string
  lead: string
  primary?: boolean
  /** Says in one line why; `optional` where the API takes none, too. */
  reason?: 'required' | 'optional'
  extra?: ReactNode
  /** What is wrong with what was typed, before anything is sent. */
  check?: (form: FormData) => string | undefined
  run: (reason: string, form: FormData) => Promise<Answer>
  onDone?: (answer: Answer) => void
  /** In place of the usual words, where a refusal has a screen of its own. */
  refused?: (error: unknown) => ReactNode
}

/** A button that asks first: what will happen, why, and then it is done. All that is shown is read again after that. */
export function Ask<Answer>(props: Props<Answer>) {
  const [asking, setAsking] = useState(false)
  return (
    <>
      <button className={props.primary ? ui.button : ui.quiet} type="button" onClick={() => setAsking(true)}>
        {props.label}
      </button>
      {asking && <Asked {...props} onClose={() => setAsking(false)} />}
    </>
  )
}

function Asked<Answer>(props: Props<Answer> & { onClose: () => void }) {
  const { heading, lead, label, confirm = label, reason, extra, check, run, onDone, refused, onClose } = props
  const client = useQueryClient()
  const [mistake, setMistake] = useState<string>()
  const doing = useMutation({
    mutationFn: (form: FormData) => run(String(form.get('reason') ?? '').trim(), form),
    onSuccess: async (answer) => {
      onDone?.(answer)
      onClose()
      await client.invalidateQueries()
    },
  })
  const wrong = wrongFields(doing.error)

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const found = check?.(form)
    setMistake(found)
    if (!found && !doing.isPending) doing.mutate(form)
  }

  const special = doing.error ? refused?.(doing.error) : undefined
  return (
    <Dialog heading={heading} onClose={onClose}>
      {(close) =>
        special ?? (
          <form className={ui.stack} onSubmit={submit}>
            <p className={ui.lead}>{lead}</p>
            {doing.error && !wrong.has('reason') && <Trouble error={doing.error} />}
            {extra}
            {mistake && (
              <p className={ui.bad} role="alert">
                {mistake}
              </p>
            )}
            {reason && (
              <Field
                name="reason"
                label={words.reason}
                hint={words.reasonHint}
                optional={reason === 'optional'}
                value=""
                wrong={codeOf(doing.error) === 'invalid_request' ? wrong.get('reason') : undefined}
              >
                {(given) => <input {...given} autoComplete="off" maxLength={200} required={reason === 'required'} />}
              </Field>
            )}
            <div className={ui.row}>
              <button className={ui.button} type="submit" aria-disabled={doing.isPending}>
                {doing.isPending ? words.doing : confirm}
              </button>
              <button className={ui.quiet} type="button" onClick={close}>
                {words.never}
              </button>
            </div>
          </form>
        )
      }
    </Dialog>
  )
}
