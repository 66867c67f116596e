/** Stripe's Payment Element, as far as we use it: https://docs.stripe.com/js/payment_intents/confirm_payment */
import { config } from '../config'
import { type Authorised, Declined, loadScript, NotLoaded } from './script'

interface StripeError {
  type: string
  message?: string
}

interface Stripe {
  elements(options: { clientSecret: string; appearance?: object }): Elements
  confirmPayment(options: {
    elements: Elements
    redirect: 'if_required'
    confirmParams: { return_url: string }
  }): Promise<{ error?: StripeError; paymentIntent?: { id: string; status: string } }>
}

interface Elements {
  create(kind: 'payment'): { mount(host: HTMLElement): void; destroy(): void }
}

declare global {
  interface Window {
    Stripe?: (key: string) => Stripe
  }
}

export interface CardForm {
  pay: () => Promise<Authorised>
  close: () => void
}

/** Puts the card form into `host`. Throws NotLoaded when Stripe cannot be reached. */
export async function cardForm(host: HTMLElement, clientSecret: string, returnUrl: string): Promise<CardForm> {
  const known = config().gateways.stripe
  if (!known) throw new NotLoaded('stripe')
  await loadScript(known.script)
  if (!window.Stripe) throw new NotLoaded(known.script)
  const stripe = window.Stripe(known.key)
  const elements = stripe.elements({ clientSecret, appearance: { theme: 'flat' } })
  const element = elements.create('payment')
  element.mount(host)
  return {
    async pay() {
      const { error, paymentIntent } = await stripe.confirmPayment({
        elements,
        redirect: 'if_required',
        confirmParams: { return_url: returnUrl },
      })
      if (error || !paymentIntent) throw new Declined(error?.message)
      return { transactionId: paymentIntent.id }
    },
    close: () => element.destroy(),
  }
}
