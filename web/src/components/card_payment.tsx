import { useEffect, useRef, useState } from 'react'
import type { PaymentStart } from '../api/types'
import { money } from '../format/money'
import { Closed, Declined, NotLoaded } from '../gateways/script'
import type { CardForm } from '../gateways/stripe'
import { text } from '../messages'
import css from '../pages/pay.module.css'
import type { Payment } from '../payment'
import ui from './ui.module.css'

interface Props {
  start: Pick<
    PaymentStart,
    'gateway' | 'gateway_order_id' | 'client_secret' | 'amount' | 'currency' | 'checkout_seconds'
  >
  payment: Pick<Payment, 'byCard' | 'again' | 'isFinalizing' | 'unknown'>
  returnUrl: string
}

/** The gateway's own part: Stripe's form in the page, or Razorpay's Checkout over it. */
export default function CardPayment({ start, payment, returnUrl }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const form = useRef<CardForm>(null)
  const [trouble, setTrouble] = useState('')
  const [ready, setReady] = useState(start.gateway !== 'stripe')
  const [authorising, setAuthorising] = useState(false)
  const busy = authorising || payment.isFinalizing || payment.unknown
  const secret = start.gateway === 'stripe' ? start.client_secret : undefined

  useEffect(() => {
    const place = host.current
    if (!secret || !place) return
    let gone = false
    import('../gateways/stripe')
      .then((stripe) => stripe.cardForm(place, secret, returnUrl))
      .then((made) => {
        if (gone) return made.close()
        form.current = made
        setReady(true)
      })
      .catch(() => setTrouble(text.pay.loadFailed))
    return () => {
      gone = true
      form.current?.close()
      form.current = null
    }
  }, [secret, returnUrl])

  async function pay() {
    if (busy || !ready) return
    setTrouble('')
    setAuthorising(true)
    try {
      payment.byCard(await authorise())
    } catch (error) {
      setTrouble(meaning(error))
    } finally {
      setAuthorising(false)
    }
  }

  async function authorise() {
    if (form.current) return form.current.pay()
    const { checkout } = await import('../gateways/razorpay')
    return checkout(start, start.checkout_seconds)
  }

  return (
    <>
      {trouble && (
        <div className={ui.alarm} role="alert">
          <p>{trouble}</p>
        </div>
      )}
      {secret && <div className={css.card} ref={host} data-testid="card-form" />}
      <div className={css.pay}>
        <button
          className={`${ui.button} ${ui.wide}`}
          type="button"
          aria-disabled={busy || !ready}
          onClick={() => void pay()}
        >
          {busy ? text.pay.paying : ready ? text.pay.payCard(money(start.amount, start.currency)) : text.pay.preparing}
        </button>
        <p className={ui.soft} role="status">
          {payment.isFinalizing ? text.pay.checking : text.pay.safe}
        </p>
        {!busy && (
          <button className={ui.link} type="button" onClick={payment.again}>
            {text.pay.other}
          </button>
        )}
      </div>
    </>
  )
}

function meaning(error: unknown): string {
  if (error instanceof Closed) return text.pay.closed
  if (error instanceof NotLoaded) return text.pay.loadFailed
  if (error instanceof Declined) return text.pay.declined
  return text.errors.unknown
}
