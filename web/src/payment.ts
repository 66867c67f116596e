import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { answer, own } from './api/client'
import { codeOf } from './api/problem'
import { at, booking as bookingQuery, isHold } from './api/queries'
import type { Gateway, PaymentStart, Quote } from './api/types'
import type { Authorised } from './gateways/script'

const POLL_MS = 2000
/** After these nobody knows yet whether the payment went through: the booking says. */
const UNKNOWN = new Set(['unreachable', 'busy', 'in_progress', 'unknown', 'already_paid', 'too_many_calls'])

interface Asked {
  pricing: Quote
  promo_code?: string
}

/** The steps of paying for one booking. Each may be repeated: the API answers a repeat as it answered the first. */
export function usePayment(id: string) {
  const client = useQueryClient()
  const [start, setStart] = useState<PaymentStart>()
  const [unknown, setUnknown] = useState(false)

  const look = () => client.invalidateQueries({ queryKey: bookingQuery(id).queryKey })
  const begin = useMutation({
    mutationFn: ({ gateway, promo_code, pricing }: Asked & { gateway: Gateway }) =>
      answer(
        own().POST('/bookings/{booking_id}/payment', {
          ...at(id),
          body: { gateway, promo_code, wallet_apply_amount: pricing.wallet_applied },
        }),
      ),
    onSuccess: setStart,
    onError: look,
  })
  const finalize = useMutation({
    mutationFn: ({ pricing, promo_code, paid }: Asked & { paid?: Authorised }) =>
      answer(
        own().POST('/bookings/{booking_id}/finalize', {
          ...at(id),
          body: {
            payment_mode: modeOf(pricing),
            wallet_applied: pricing.wallet_applied,
            gateway_amount: pricing.gateway_payable,
            promo_code,
            ...(paid && { gateway_transaction_id: paid.transactionId, gateway_signature: paid.signature }),
          },
        }),
      ),
    onSuccess: async () => {
      setUnknown(false)
      await Promise.all([look(), client.invalidateQueries({ queryKey: ['wallet'] })])
    },
    onError: (error) => {
      setUnknown(UNKNOWN.has(codeOf(error)))
      look()
    },
  })

  // Nobody has said how it went. The booking may know; if not, the same question is asked again, which charges nobody
  // twice: the first one may never have arrived.
  const { isPending, variables, mutate } = finalize
  useEffect(() => {
    if (!unknown || isPending) return
    const waiting = setTimeout(async () => {
      const found = await client.fetchQuery({ ...bookingQuery(id), retry: false }).catch(() => undefined)
      if (found && !isHold(found.booking)) setUnknown(false)
      else if (variables) mutate(variables)
    }, POLL_MS)
    return () => clearTimeout(waiting)
  }, [unknown, isPending, variables, mutate, client, id])

  return {
    start,
    unknown,
    error: begin.error ?? finalize.error,
    isFinalizing: finalize.isPending || finalize.isSuccess,
    isBusy: begin.isPending || finalize.isPending || finalize.isSuccess || unknown,
    begin: (asked: Asked & { gateway: Gateway }) => {
      finalize.reset()
      begin.mutate(asked)
    },
    byWallet: (asked: Asked) => finalize.mutate(asked),
    byCard: (paid: Authorised) => {
      if (start) finalize.mutate({ pricing: start.pricing, promo_code: start.pricing.promo_code ?? undefined, paid })
    },
    /** Back to the ways to pay, with what is true now. */
    again: () => {
      setStart(undefined)
      begin.reset()
      finalize.reset()
      look()
      client.invalidateQueries({ queryKey: ['quote', id] })
    },
  }
}

function modeOf(pricing: Quote): 'wallet_only' | 'wallet_partial' | 'gateway_only' {
  if (pricing.gateway_payable === 0) return 'wallet_only'
  return pricing.wallet_applied === 0 ? 'gateway_only' : 'wallet_partial'
}

export type Payment = ReturnType<typeof usePayment>
