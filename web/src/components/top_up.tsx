import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { answer, own } from '../api/client'
import type { Gateway, TopUp } from '../api/types'
import { exact, minorUnits } from '../format/money'
import type { Authorised } from '../gateways/script'
import { text } from '../messages'
import { Methods } from './pay_choices'
import { Bones } from './skeleton'
import { Trouble } from './trouble'
import ui from './ui.module.css'

const CardPayment = lazy(() => import('./card_payment'))

const CHECKOUT_SECONDS = 600

/** Money into the wallet: an order at a gateway, the guest's yes to it, and the credit. */
export function TopUpForm({ currency }: { currency: string }) {
  const client = useQueryClient()
  const [gateway, setGateway] = useState<Gateway>('stripe')
  const [wrong, setWrong] = useState(false)
  const [order, setOrder] = useState<TopUp>()
  const [key, setKey] = useState(() => crypto.randomUUID())
  const opening = useMutation({
    mutationFn: (amount: number) =>
      answer(
        own().POST('/wallet/topups', {
          params: { header: { 'Idempotency-Key': key } },
          body: { gateway, amount },
        }),
      ),
    onSuccess: setOrder,
  })
  const crediting = useMutation({
    mutationFn: ({ id, paid }: { id: string; paid: Authorised }) =>
      answer(
        own().POST('/wallet/topups/{topup_id}/finalize', {
          params: { path: { topup_id: id } },
          body: { gateway_transaction_id: paid.transactionId, gateway_signature: paid.signature },
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['wallet'] })
      again()
    },
  })

  function again() {
    setOrder(undefined)
    setKey(crypto.randomUUID())
    opening.reset()
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const amount = minorUnits(String(new FormData(event.currentTarget).get('amount') ?? ''), currency)
    setWrong(!amount)
    if (amount && !opening.isPending) opening.mutate(amount)
  }

  return (
    <section className={`${ui.card} ${ui.stack}`}>
      <h2>{text.wallet.topUp}</h2>
      {crediting.data && !order && (
        <p className={ui.good} role="status">
          {text.wallet.credited(exact(crediting.data.amount, crediting.data.currency))}
        </p>
      )}
      {(opening.error ?? crediting.error) && <Trouble error={opening.error ?? crediting.error} again={again} />}
      {order ? (
        <Suspense fallback={<Bones />}>
          <CardPayment
            start={{ ...order, checkout_seconds: CHECKOUT_SECONDS }}
            payment={{
              byCard: (paid) => crediting.mutate({ id: order.topup_id, paid }),
              again,
              isFinalizing: crediting.isPending,
              unknown: false,
            }}
            returnUrl={`${location.origin}/wallet`}
          />
        </Suspense>
      ) : (
        <form className={ui.stack} onSubmit={submit}>
          <label className={ui.field}>
            <span className={ui.label}>
              {text.wallet.amount} ({currency})
            </span>
            <input
              className={ui.input}
              name="amount"
              inputMode="decimal"
              required
              aria-invalid={wrong || undefined}
              aria-describedby={wrong ? 'amount-wrong' : undefined}
            />
          </label>
          {wrong && (
            <p className={ui.bad} id="amount-wrong" role="alert">
              {text.wallet.amountBad}
            </p>
          )}
          <Methods chosen={gateway} onChange={setGateway} />
          <button className={ui.button} type="submit" aria-disabled={opening.isPending}>
            {text.wallet.add}
          </button>
        </form>
      )}
    </section>
  )
}
