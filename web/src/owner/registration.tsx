/** The six steps of a registration: the checklist in sight, and one step below or beside it. */
import { useQuery } from '@tanstack/react-query'
import { type MouseEvent, type ReactNode, useRef, useState } from 'react'
import { codeOf } from '../api/problem'
import { Bones } from '../components/skeleton'
import ui from '../components/ui.module.css'
import { ownerText } from '../messages/owner'
import { Link } from '../router'
import { ForOwners } from './frame'
import css from './owner.module.css'
import { checklist, draft } from './queries'
import { SaverProvider, useLeave } from './saving'
import { StateTags } from './state'
import { OwnerTrouble } from './trouble'
import type { Checklist, Draft } from './types'

const STEPS = ['place', 'terms', 'rooms', 'prices', 'pictures', 'review'] as const
export type Step = (typeof STEPS)[number]

/** The names that the checklist of the API has for them. */
const CHECKED: Record<Step, string> = {
  place: 'place',
  terms: 'policy_and_tax',
  rooms: 'room_types',
  prices: 'prices_and_rooms',
  pictures: 'pictures',
  review: 'review',
}

export function stepOf(checked: string): Step {
  return STEPS.find((step) => CHECKED[step] === checked) ?? 'review'
}

interface Props {
  id: string
  step: Step
  children: (hotel: Draft, checked: Checklist) => ReactNode
}

export function Registration({ id, step, children }: Props) {
  return (
    <ForOwners heading={ownerText.titles[step]}>
      <Opened id={id} step={step}>
        {children}
      </Opened>
    </ForOwners>
  )
}

function Opened({ id, step, children }: Props) {
  const saver = useRef<() => Promise<boolean>>(undefined)
  const leave = useLeave(saver)
  const [since] = useState(Date.now)
  const hotel = useQuery({ ...draft(id), refetchOnMount: 'always' })
  const checked = useQuery(checklist(id))
  const at = STEPS.indexOf(step)
  const path = (one: Step) => `/owner/hotels/${id}/${one}`
  const failed = hotel.error ?? checked.error
  // What is edited has to be what is there now, and no memory of it.
  const known = hotel.dataUpdatedAt >= since ? hotel.data : undefined
  const next = STEPS[at + 1]
  const before = STEPS[at - 1]

  function via(to: string) {
    return (event: MouseEvent) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return
      event.preventDefault()
      void leave(to)
    }
  }

  return (
    <div className={ui.stack}>
      <div className={css.head}>
        <div className={ui.tight}>
          <p className={ui.eyebrow}>{hotel.data?.name ?? ' '}</p>
          <h1>{ownerText.titles[step]}</h1>
        </div>
        {hotel.data && (
          <p className={ui.row}>
            <StateTags hotel={hotel.data} />
          </p>
        )}
      </div>
      <div className={css.registration}>
        <nav className={css.steps} aria-label={ownerText.steps.label}>
          <ol>
            {STEPS.map((one, index) => (
              <li key={one}>
                <Link
                  className={css.step}
                  href={path(one)}
                  onClick={via(path(one))}
                  aria-current={one === step ? 'step' : undefined}
                >
                  <StepMark checked={checked.data} step={one} number={index + 1} />
                  <span className={css.stepName}>{ownerText.titles[one]}</span>
                </Link>
              </li>
            ))}
          </ol>
        </nav>
        <div className={ui.stack}>
          <p className={ui.lead}>{ownerText.steps.leads[step]}</p>
          {failed && codeOf(failed) !== 'unauthenticated' && (
            <OwnerTrouble error={failed} again={() => void Promise.all([hotel.refetch(), checked.refetch()])} />
          )}
          {known && checked.data ? (
            <SaverProvider value={saver}>{children(known, checked.data)}</SaverProvider>
          ) : (
            !failed && <Bones />
          )}
          <div className={css.stepEnds}>
            {before && (
              <Link className={`${ui.quiet} ${css.back}`} href={path(before)} onClick={via(path(before))}>
                {ownerText.steps.back}
              </Link>
            )}
            {next && (
              <Link className={ui.button} href={path(next)} onClick={via(path(next))}>
                {ownerText.steps.next}
              </Link>
            )}
          </div>
        </div>
      </div>
    </div>
  )
}

function StepMark({ checked, step, number }: { checked: Checklist | undefined; step: Step; number: number }) {
  const found = checked?.steps.find((one) => one.step === CHECKED[step])
  const state = !found ? 'unknown' : !found.complete ? 'missing' : found.recommended.length > 0 ? 'better' : 'done'
  return (
    <span className={css.mark} data-state={state}>
      <span aria-hidden>{state === 'done' ? '✓' : number}</span>
      <span className={ui.hidden}>{state === 'unknown' ? '' : ownerText.steps.marks[state]}: </span>
    </span>
  )
}

/** What the step lacks, as the API says it. */
export function Lacking({ checked, step }: { checked: Checklist; step: Step }) {
  const found = checked.steps.find((one) => one.step === CHECKED[step])
  if (!found || (found.missing.length === 0 && found.recommended.length === 0)) return null
  const labels: Record<string, string> = ownerText.labels
  const line = ({ field, detail }: { field: string; detail: string }) => (
    <li key={field}>
      <strong>{labels[field.replace(/\[.*/, '')] ?? field}</strong> {detail}
    </li>
  )
  return (
    <div className={ui.notice}>
      {found.missing.length > 0 && (
        <>
          <p>{ownerText.steps.missing}</p>
          <ul className={css.bullets}>{found.missing.map(line)}</ul>
        </>
      )}
      {found.recommended.length > 0 && (
        <>
          <p>{ownerText.steps.recommended}</p>
          <ul className={css.bullets}>{found.recommended.map(line)}</ul>
        </>
      )}
    </div>
  )
}
