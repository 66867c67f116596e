/** A part of the draft as a form: sent under the version that was read, saved on leaving. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useRef, useState } from 'react'
import { answer, own } from '../api/client'
import { codeOf } from '../api/problem'
import { wrongFields } from '../components/field'
import ui from '../components/ui.module.css'
import { ownerText } from '../messages/owner'
import css from './owner.module.css'
import { draft as draftQuery, useRefresh } from './queries'
import { useSaver } from './saving'
import { OwnerTrouble, Seen } from './trouble'
import type { Draft, DraftChange } from './types'

interface Part {
  hotel: Draft
  wrong: ReadonlyMap<string, string>
  /** For what is no control of the form itself. */
  touched: () => void
}

interface Props {
  id: string
  hotel: Draft
  /** What the form says; nothing where it cannot be sent, and says so itself. */
  read: (form: FormData) => DraftChange | undefined
  children: (part: Part) => ReactNode
}

type State = 'saved' | 'open' | 'saving'

export function DraftForm({ id, hotel, read, children }: Props) {
  const [base, setBase] = useState(hotel)
  const [state, setState] = useState<State>('saved')
  const form = useRef<HTMLFormElement>(null)
  const dirty = useRef(false)
  const client = useQueryClient()
  const refresh = useRefresh()
  const saving = useMutation({
    mutationFn: ({ body, version }: { body: DraftChange; version: number }) =>
      answer(
        own().PATCH('/properties/{property_id}/draft', {
          params: { path: { property_id: id }, header: { 'If-Match': `"${version}"` } },
          body,
        }),
      ),
  })

  async function save(version = base.version): Promise<boolean> {
    if (!dirty.current || !form.current) return true
    if (!form.current.reportValidity()) return false
    const said = read(new FormData(form.current))
    if (!said) return false
    const body = changes(base, said)
    dirty.current = false
    if (Object.keys(body).length === 0) {
      setState('saved')
      return true
    }
    setState('saving')
    try {
      const kept = await saving.mutateAsync({ body, version })
      setBase(kept)
      client.setQueryData(draftQuery(id).queryKey, kept)
      await refresh()
      setState(dirty.current ? 'open' : 'saved')
      return !dirty.current
    } catch {
      dirty.current = true
      setState('open')
      return false
    }
  }
  useSaver(save)

  function touched() {
    dirty.current = true
    setState('open')
  }

  const conflict = codeOf(saving.error) === 'version_mismatch'
  return (
    <form
      className={ui.stack}
      ref={form}
      onInput={touched}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      {children({ hotel: base, wrong: wrongFields(saving.error), touched })}
      <Seen of={saving.error}>
        {conflict ? (
          <Elsewhere
            id={id}
            onMine={(theirs) => void save(theirs.version)}
            onTheirs={() => {
              dirty.current = false
              location.reload()
            }}
          />
        ) : (
          saving.error && <OwnerTrouble error={saving.error} again={() => void save()} />
        )}
      </Seen>
      <div className={ui.row}>
        <button className={`${ui.quiet} ${ui.small}`} type="submit" aria-disabled={state === 'saving'}>
          {ownerText.save.now}
        </button>
        <span className={ui.soft} role="status">
          {ownerText.save[state]}
        </span>
      </div>
    </form>
  )
}

/** What differs from what was read: the rest may have been changed elsewhere, and is not this page's to say. */
function changes(base: Draft, said: DraftChange): DraftChange {
  const known: Record<string, unknown> = { ...base }
  const differs = ([name, value]: [string, unknown]) =>
    JSON.stringify(value ?? null) !== JSON.stringify(known[name] ?? null)
  return Object.fromEntries(Object.entries(said).filter(differs))
}

interface ElsewhereProps {
  id: string
  onMine: (theirs: Draft) => void
  onTheirs: () => void
}

/** The draft was changed somewhere else since it was read here: nothing is lost, and somebody has to choose. */
function Elsewhere({ id, onMine, onTheirs }: ElsewhereProps) {
  const client = useQueryClient()
  const words = ownerText.elsewhere
  return (
    <div className={ui.alarm} role="alert" data-code="version_mismatch">
      <h2 className={css.alarmHeading}>{words.heading}</h2>
      <p>{words.text}</p>
      <div className={ui.row}>
        <button
          className={`${ui.button} ${ui.small}`}
          type="button"
          onClick={async () => onMine(await client.fetchQuery({ ...draftQuery(id), staleTime: 0 }))}
        >
          {words.mine}
        </button>
        <button className={`${ui.quiet} ${ui.small}`} type="button" onClick={onTheirs}>
          {words.theirs}
        </button>
      </div>
    </div>
  )
}
