/** Razorpay's Checkout: https://razorpay.com/docs/payments/payment-gateway/web-integration/standard/ */
import type { PaymentStart } from '../api/types'
import { config } from '../config'
import { text } from '../messages'
import { type Authorised, Closed, loadScript, NotLoaded } from './script'

interface Answer {
  razorpay_payment_id: string
  razorpay_order_id: string
  razorpay_signature: string
}

interface Options {
  key: string
  order_id: string
  amount: number
  currency: string
  name: string
  timeout: number
  handler: (answer: Answer) => void
  modal: { ondismiss: () => void; confirm_close: boolean }
}

declare global {
  interface Window {
    Razorpay?: new (options: Options) => { open(): void }
  }
}

/** Opens Checkout over the page. Throws Closed when the guest gives up: declines are shown, and tried again, inside. */
export async function checkout(
  start: Pick<PaymentStart, 'gateway_order_id' | 'amount' | 'currency'>,
  seconds: number,
): Promise<Authorised> {
  const known = config().gateways.razorpay
  if (!known) throw new NotLoaded('razorpay')
  await loadScript(known.script)
  const Razorpay = window.Razorpay
  if (!Razorpay) throw new NotLoaded(known.script)
  return new Promise((resolve, reject) => {
    new Razorpay({
      key: known.key,
      order_id: start.gateway_order_id ?? '',
      amount: start.amount,
      currency: start.currency,
      name: text.brand,
      timeout: seconds,
      handler: (paid) => resolve({ transactionId: paid.razorpay_payment_id, signature: paid.razorpay_signature }),
      modal: { ondismiss: () => reject(new Closed()), confirm_close: true },
    }).open()
  })
}
