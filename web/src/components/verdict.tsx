import { ago, whole } from '../ages'
import type { components } from '../api/schema'
import { proofText } from '../messages/proof'
import css from './verdict.module.css'

export type Proof = components['schemas']['ProofView']

/** What the auditor's last look at everything came to: its age, promise by promise, and how much it looked at. */
export function VerdictShown({ proof, level }: { proof: Proof; level: 2 | 3 }) {
  const Heading = `h${level}` as const
  const age = proof.age_seconds
  const broken = proof.verdict === 'broken'
  if (proof.verdict === 'none') {
    return (
      <div className={css.banner} data-verdict="none" role="status">
        <Heading>{proofText.none}</Heading>
        <p>{proofText.noneText}</p>
      </div>
    )
  }
  return (
    <div className={css.verdict}>
      <div className={broken ? css.bad : css.good} data-verdict={proof.verdict} role="status">
        <Sign broken={broken} />
        <div>
          <Heading>{broken ? proofText.broken : proofText.holds}</Heading>
          {typeof age === 'number' && <p>{proofText.checked(ago(age))}</p>}
          {broken && <p>{proofText.brokenText}</p>}
          {proof.overdue && <p>{proofText.overdue}</p>}
        </div>
      </div>
      <ul className={css.promises}>
        {(proof.promises ?? []).map((one) => (
          <li key={one.promise} data-broken={one.violations > 0}>
            <p className={one.violations > 0 ? css.broken : css.kept}>{proofText.violations(one.violations)}</p>
            <p className={css.title}>{proofText.promises[one.promise].title}</p>
            <p>{proofText.promises[one.promise].text}</p>
            <p className={css.rules}>
              {proofText.rules(one.invariants.length)}: {one.invariants.join(', ')}
            </p>
          </li>
        ))}
      </ul>
      {proof.checked && (
        <div>
          <Heading className={css.looked}>{proofText.looked}</Heading>
          <dl className={css.counts}>
            {(Object.keys(proofText.counts) as (keyof typeof proofText.counts)[]).map((name) => (
              <div key={name}>
                <dt>{proofText.counts[name]}</dt>
                <dd>{whole(proof.checked?.[name] ?? 0)}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </div>
  )
}

function Sign({ broken }: { broken: boolean }) {
  return (
    <svg className={css.sign} viewBox="0 0 32 32" fill="none" stroke="currentColor" strokeWidth="2.4" aria-hidden>
      <circle cx="16" cy="16" r="13" />
      <path d={broken ? 'M16 9v9M16 22v1' : 'M10 16.5l4.2 4.2L22.5 12'} strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  )
}
