import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { fieldName, linesOf, type Picture, roomNames } from '../admin/content'
import { Decision, Outcome } from '../admin/decision'
import { Side } from '../admin/difference'
import { Code, Facts, ForAdmins } from '../admin/frame'
import { Pictures } from '../admin/pictures'
import { type Change, type Decided, type Revision, revision as revisionQuery } from '../admin/queries'
import { Bones } from '../components/skeleton'
import { Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { instantAt } from '../format/dates'
import { adminText } from '../messages/admin'
import { Link, useSearch } from '../router'
import css from './admin_review.module.css'

const words = adminText.review

export default function AdminReviewPage({ id }: { id: string }) {
  const number = new URLSearchParams(useSearch()).get('revision') ?? '1'
  return (
    <ForAdmins heading={adminText.titles.review}>
      <Review key={number} id={id} number={number} />
    </ForAdmins>
  )
}

function Review({ id, number }: { id: string; number: string }) {
  const found = useQuery(revisionQuery(id, number))
  const [decided, setDecided] = useState<Decided>()
  if (!found.data) {
    return (
      <div className={ui.stack}>
        <h1>{adminText.titles.review}</h1>
        {found.error ? <Trouble error={found.error} again={() => void found.refetch()} /> : <Bones />}
        <Back />
      </div>
    )
  }
  const revision = found.data
  const { content } = revision
  return (
    <div className={ui.stack}>
      <div className={ui.tight}>
        <p className={ui.eyebrow}>{adminText.reviews.revision(revision.revision)}</p>
        <h1>{content.name}</h1>
        <p className={ui.lead}>{content.city}</p>
      </div>
      <div className={css.desk}>
        <Facts
          of={[
            [adminText.reviews.submitted, instantAt(revision.submitted_at, undefined)],
            [words.submittedBy, <Code key="by">{revision.submitted_by}</Code>],
            [words.hash, <Code key="hash">{revision.hash.slice(0, 12)}…</Code>],
          ]}
        />
        <Outcome decided={decided} />
        <Decision revision={revision} decided={decided} onDecided={setDecided} />
      </div>
      <Changes revision={revision} />
      <Everything revision={revision} />
      <Back />
    </div>
  )
}

function Back() {
  return (
    <p>
      <Link href="/admin/reviews">{words.back}</Link>
    </p>
  )
}

function Changes({ revision }: { revision: Revision }) {
  const { changes } = revision
  const isNew = changes.some((change) => change.field === 'name' && change.before === null)
  return (
    <section className={ui.stack}>
      <div className={ui.tight}>
        <h2>{isNew ? words.submitted : words.changes}</h2>
        <p className={ui.soft}>
          {isNew ? words.first : changes.length === 0 ? words.same : words.changed(changes.length)}
        </p>
      </div>
      {changes.map((change) => (
        <ChangeShown key={change.field} change={change} revision={revision} alone={isNew} />
      ))}
    </section>
  )
}

function ChangeShown({ change, revision, alone }: { change: Change; revision: Revision; alone: boolean }) {
  const currency = revision.content.currency ?? 'INR'
  const rooms = roomNames(revision)
  const before = linesOf(change.field, change.before, currency, rooms)
  const after = linesOf(change.field, change.after, currency, rooms)
  if (alone && after.length === 0) return null
  const side = (value: unknown, mine: string[], otherValue: unknown, other: string[], was: boolean) => {
    if (mine.length === 0) return <p className={ui.soft}>{words.nothing}</p>
    if (change.field !== 'pictures') return <Side mine={mine} other={other} was={was} />
    const [own, others] = [value, otherValue ?? []] as [Picture[], Picture[]]
    return <Pictures mine={own} other={others} rooms={rooms} known={revision.pictures ?? []} was={was} />
  }
  return (
    <article className={css.change}>
      <h3>{fieldName(change.field)}</h3>
      <div className={alone ? undefined : css.sides}>
        {!alone && (
          <div className={css.side}>
            <p className={css.name}>{words.before}</p>
            {side(change.before, before, change.after, after, true)}
          </div>
        )}
        <div className={css.side}>
          {!alone && <p className={css.name}>{words.after}</p>}
          {alone
            ? side(change.after, after, change.after, after, false)
            : side(change.after, after, change.before, before, false)}
        </div>
      </div>
    </article>
  )
}

function Everything({ revision }: { revision: Revision }) {
  const { room_types, ...fields } = revision.content
  const currency = fields.currency ?? 'INR'
  const rooms = roomNames(revision)
  const all = [
    ...Object.entries(fields),
    ...Object.entries(room_types).map(([id, room]) => [`room_types.${id}`, room] as const),
  ]
  return (
    <details className={css.all}>
      <summary>{words.all}</summary>
      <dl>
        {all.map(([field, value]) => {
          const lines = linesOf(field, value, currency, rooms)
          return (
            lines.length > 0 && (
              <div key={field}>
                <dt>{fieldName(field)}</dt>
                {lines.map((line) => (
                  <dd key={line}>{line}</dd>
                ))}
              </div>
            )
          )
        })}
      </dl>
    </details>
  )
}
