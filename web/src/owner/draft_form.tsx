/** A part of the draft as a form: sent under the version that was read, saved on leaving. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Fragment, type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import { answer, own } from '../api/client'
import { codeOf, Refusal } from '../api/problem'
import { wrongFields } from '../components/field'
import ui from '../components/ui.module.css'
import { ownerText } from '../messages/owner'
import css from './owner.module.css'
import { draft as draftQuery, useRefresh } from './queries'
import { useOneAtATime, useSaver } from './saving'
import { OwnerTrouble, Seen } from './trouble'
import type { Draft, DraftChange } from './types'

interface NewestProps {
  hotel: Draft
  children: (hotel: Draft, onReplaced: (kept: Draft) => void) => ReactNode
}

/** The draft as it was when the page opened; a form that has to show another one begins again. */
export function Newest({ hotel, children }: NewestProps) {
  const [shown, show] = useState(hotel)
  return <Fragment key={shown.version}>{children(shown, show)}</Fragment>
}

interface Part {
  hotel: Draft
  wrong: ReadonlyMap<string, string>
  /** For what is no control of the form itself. */
  touched: () => void
}

interface Props {
  id: string
  hotel: Draft
  read: (form: FormData) => DraftChange
  /** Another draft than the one that the form began with: others have changed it, and the form has to begin again. */
  onReplaced: (kept: Draft) => void
  children: (part: Part) => ReactNode
}

type State = 'saved' | 'open' | 'saving'

export function DraftForm({ id, hotel, read, onReplaced, children }: Props) {
  const [base, setBase] = useState(hotel)
  const [state, setState] = useState<State>('saved')
  const form = useRef<HTMLFormElement>(null)
  const reading = useRef(read)
  reading.current = read
  const dirty = useRef(false)
  /** The form's own words for what the server has: only where they differ has somebody changed something. */
  const said = useRef<DraftChange>({})
  const known = useRef(hotel)
  const mine = useRef(false)
  const isReplaced = useRef(false)
  const client = useQueryClient()
  const refresh = useRefresh()
  const oneAtATime = useOneAtATime()
  const send = useSending(id, hotel.version)
  const saving = useMutation({
    mutationFn: async (now: DraftChange) => {
      if (mine.current) {
        known.current = await send.adopt()
        mine.current = false
        isReplaced.current = true
      }
      return send.changes(said.current, now)
    },
  })
  useLayoutEffect(() => {
    if (form.current) said.current = reading.current(new FormData(form.current))
  }, [])

  async function saveFrom(of: HTMLFormElement): Promise<boolean> {
    if (!dirty.current) return true
    if (!of.reportValidity()) return false
    const now = reading.current(new FormData(of))
    dirty.current = false
    setState('saving')
    try {
      const kept = await saving.mutateAsync(now)
      said.current = now
      if (kept) {
        known.current = kept
        setBase(kept)
        client.setQueryData(draftQuery(id).queryKey, kept)
        await refresh()
      }
      if (dirty.current) return saveFrom(of)
      if (isReplaced.current) onReplaced(known.current)
      setState('saved')
      return true
    } catch {
      dirty.current = true
      setState('open')
      return false
    }
  }

  function save(): Promise<boolean> {
    const of = form.current
    return of ? oneAtATime(() => saveFrom(of)) : Promise.resolve(true)
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
            onMine={() => {
              mine.current = true
              void save()
            }}
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

/** Sends changes under the version that was read, or that the last of them has made. */
function useSending(id: string, read: number) {
  const client = useQueryClient()
  const version = useRef(read)
  /** What was sent and had no answer: one of them may have been saved. */
  const unanswered = useRef<readonly DraftChange[]>([])
  const there = () => client.fetchQuery({ ...draftQuery(id), staleTime: 0 })

  async function patch(body: DraftChange): Promise<Draft> {
    const kept = await answer(
      own().PATCH('/properties/{property_id}/draft', {
        params: { path: { property_id: id }, header: { 'If-Match': `"${version.current}"` } },
        body,
      }),
    )
    version.current = kept.version
    unanswered.current = []
    return kept
  }

  /** The draft with them; nothing where nothing has changed. A conflict with one's own lost change is none. */
  async function changes(before: DraftChange, now: DraftChange): Promise<Draft | undefined> {
    const body = changed(before, now, unanswered.current)
    if (Object.keys(body).length === 0) return undefined
    try {
      return await patch(body)
    } catch (error) {
      const lost = unanswered.current
      if (!(error instanceof Refusal) || error.problem.status >= 500) unanswered.current = [...lost, body]
      if (codeOf(error) !== 'version_mismatch' || lost.length === 0) throw error
      const found = await there()
      if (found.version !== version.current + 1 || !lost.some((one) => says(found, one))) throw error
      version.current = found.version
      return patch(body)
    }
  }

  /** Takes the version that is there: what is sent from now on is saved over what others have changed. */
  async function adopt(): Promise<Draft> {
    const found = await there()
    version.current = found.version
    return found
  }

  return { changes, adopt }
}

/** What differs from what was read: the rest may have been changed elsewhere, and is not this page's to say. */
function changed(before: DraftChange, now: DraftChange, unanswered: readonly DraftChange[]): DraftChange {
  const was: Record<string, unknown> = { ...before }
  return Object.fromEntries(
    Object.entries(now).filter(
      ([name, value]) => unanswered.some((one) => name in one) || JSON.stringify(value) !== JSON.stringify(was[name]),
    ),
  )
}

/** Whether all that was sent is there; the server leaves out what is empty and what goes without saying. */
function says(there: unknown, sent: unknown): boolean {
  if (sent === null || sent === undefined) return there === null || there === undefined
  if (typeof sent !== 'object') return there === sent
  if (typeof there !== 'object' || there === null) return false
  const found: Record<string, unknown> = { ...there }
  const parts = Object.entries(sent)
  if (Array.isArray(sent) && parts.length !== Object.keys(found).length) return false
  return parts.every(([name, value]) => says(found[name], value))
}

interface ElsewhereProps {
  onMine: () => void
  onTheirs: () => void
}

/** The draft was changed somewhere else since it was read here: nothing is lost, and somebody has to choose. */
function Elsewhere({ onMine, onTheirs }: ElsewhereProps) {
  const words = ownerText.elsewhere
  return (
    <div className={ui.alarm} role="alert" data-code="version_mismatch">
      <h2 className={css.alarmHeading}>{words.heading}</h2>
      <p>{words.text}</p>
      <div className={ui.row}>
        <button className={`${ui.button} ${ui.small}`} type="button" onClick={onMine}>
          {words.mine}
        </button>
        <button className={`${ui.quiet} ${ui.small}`} type="button" onClick={onTheirs}>
          {words.theirs}
        </button>
      </div>
    </div>
  )
}
