import { Ask } from '../admin/ask'
import { Choices, Code, Facts, ForAdmins } from '../admin/frame'
import { type Review, type ReviewState, useReviews } from '../admin/queries'
import { answer, own } from '../api/client'
import { More } from '../components/more'
import { Bones } from '../components/skeleton'
import { Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { instantAt } from '../format/dates'
import { adminText } from '../messages/admin'
import { Link, useSearch } from '../router'
import css from './admin_reviews.module.css'

const words = adminText.reviews
const STATES = Object.keys(words.states) as ReviewState[]

export default function AdminReviewsPage() {
  return (
    <ForAdmins heading={adminText.titles.reviews}>
      <Reviews />
    </ForAdmins>
  )
}

function Reviews() {
  const asked = new URLSearchParams(useSearch()).get('state')
  const state = STATES.find((one) => one === asked) ?? 'submitted'
  const found = useReviews(state)
  const reviews = found.data?.pages.flatMap((page) => page.reviews) ?? []
  return (
    <div className={ui.stack}>
      <div className={ui.tight}>
        <h1>{adminText.titles.reviews}</h1>
        <p className={ui.lead}>{words.lead}</p>
      </div>
      <Choices
        label={adminText.titles.reviews}
        names={STATES}
        chosen={state}
        hrefOf={(one) => (one === 'submitted' ? '/admin/reviews' : `/admin/reviews?state=${one}`)}
        wordOf={(one) => words.states[one]}
      />
      {found.error ? (
        <Trouble error={found.error} again={() => void found.refetch()} />
      ) : !found.data ? (
        <Bones />
      ) : reviews.length === 0 ? (
        <p className={ui.notice}>{words.none[state]}</p>
      ) : (
        <ul className={css.reviews}>
          {reviews.map((review) => (
            <li key={`${review.property_id} ${review.revision}`}>
              <Card review={review} state={state} />
            </li>
          ))}
        </ul>
      )}
      <More of={found} label={adminText.more} />
    </div>
  )
}

function Card({ review, state }: { review: Review; state: ReviewState }) {
  const when = (instant: string | null | undefined) => instant && instantAt(instant, undefined)
  return (
    <article className={css.review}>
      <div className={ui.tight}>
        <div>
          <p className={ui.eyebrow}>{words.revision(review.revision)}</p>
          <h2>{review.name}</h2>
          <p className={ui.soft}>
            <Code>{review.property_id}</Code>
          </p>
        </div>
        {review.reason && <p>“{review.reason}”</p>}
        <Facts
          of={[
            [words.submitted, when(review.submitted_at)],
            [state === 'suspended' ? words.since : words.decided, when(review.at)],
          ]}
        />
      </div>
      <div className={css.actions}>
        <Link
          className={state === 'submitted' ? ui.button : ui.quiet}
          href={`/admin/reviews/${review.property_id}?revision=${review.revision}`}
        >
          {words.open}
          <span className={ui.hidden}>{words.of(review.name)}</span>
        </Link>
        {state === 'suspended' && <Resume propertyId={review.property_id} />}
      </div>
    </article>
  )
}

function Resume({ propertyId }: { propertyId: string }) {
  return (
    <Ask
      label={adminText.review.resume}
      heading={adminText.review.resumeHeading}
      lead={adminText.review.resumeText}
      run={() =>
        answer(own().POST('/admin/properties/{property_id}/resume', { params: { path: { property_id: propertyId } } }))
      }
    />
  )
}
