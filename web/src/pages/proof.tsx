import { useQuery } from '@tanstack/react-query'
import { answer, open } from '../api/client'
import { Bones } from '../components/skeleton'
import { Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { VerdictShown } from '../components/verdict'
import { text } from '../messages'
import { proofText } from '../messages/proof'
import css from './proof.module.css'

const FRESH_MS = 60_000 // as long as the answer may be kept

export default function ProofPage() {
  const found = useQuery({
    queryKey: ['proof'],
    queryFn: () => answer(open().GET('/proof')),
    refetchInterval: FRESH_MS,
  })
  return (
    <div className={ui.stack}>
      <div className={ui.tight}>
        <p className={ui.eyebrow}>{text.headings.proof}</p>
        <h1>{proofText.heading}</h1>
        <p className={ui.lead}>{proofText.lead}</p>
      </div>
      {found.data ? (
        <VerdictShown proof={found.data} level={2} />
      ) : found.error ? (
        <Trouble error={found.error} again={() => void found.refetch()} />
      ) : (
        <Bones />
      )}
      <section className={ui.tight}>
        <h2>{proofText.how}</h2>
        <ol className={css.steps}>
          {proofText.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      </section>
    </div>
  )
}
