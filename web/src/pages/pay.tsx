import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { quote as quoteQuery, wallet as walletQuery } from '../api/queries'
import type { Booking, Gateway, Hotel, Quote } from '../api/types'
import { Columns, HoldFrame } from '../components/hold_frame'
import { Methods, Promo, WalletChoice } from '../components/pay_choices'
import { PayTrouble } from '../components/pay_trouble'
import { Bill, Nights } from '../components/price'
import { Bones } from '../components/skeleton'
import { StaySummary } from '../components/stay_summary'
import ui from '../components/ui.module.css'
import { config } from '../config'
import { money } from '../format/money'
import { text } from '../messages'
import { usePayment } from '../payment'
import { Link, useLocation, useSearch } from '../router'
import css from './pay.module.css'

const CardPayment = lazy(() => import('../components/card_payment'))

export default function PayPage({ id }: { id: string }) {
  const payment = usePayment(id)
  return (
    <HoldFrame id={id} step={1} heading={text.headings.pay} busy={payment.isBusy}>
      {({ booking, hotel }) => <Paying booking={booking} hotel={hotel} payment={payment} />}
    </HoldFrame>
  )
}

interface PayingProps {
  booking: Booking
  hotel: Hotel | undefined
  payment: ReturnType<typeof usePayment>
}

function Paying({ booking, hotel, payment }: PayingProps) {
  const id = booking.booking_id
  const choice = useChoice(booking)
  const wallet = useQuery(walletQuery())
  const usable = wallet.data && wallet.data.balance > 0 && wallet.data.currency === booking.currency
  const fromWallet = usable && choice.wallet ? String(wallet.data.balance) : ''
  const quoted = useQuery({ ...quoteQuery(id, choice.promo, fromWallet), placeholderData: keepPreviousData })
  const [old, setOld] = useState<Quote>()
  const pricing = payment.start?.pricing ?? quoted.data
  const promoWrong = quoted.error && choice.promo !== '' ? quoted.error : null

  const shown = pricing ?? booking.pricing
  return (
    <Columns
      side={
        <div className={ui.stack}>
          <StaySummary booking={booking} hotel={hotel}>
            <Bill pricing={shown} currency={booking.currency} />
            <Nights lines={shown.lines} currency={booking.currency} />
            {shown.refund_note && <p className={ui.soft}>{shown.refund_note}</p>}
          </StaySummary>
          <p>
            <Link href={`/bookings/${id}/guest`}>
              {text.pay.details}: {text.pay.change}
            </Link>
          </p>
        </div>
      }
    >
      <div className={ui.stack}>
        <PayTrouble payment={payment} old={old ?? shown} currency={booking.currency} />
        {payment.start ? (
          <Suspense fallback={<Bones />}>
            <CardPayment start={payment.start} payment={payment} returnUrl={`${location.origin}/bookings/${id}/pay`} />
          </Suspense>
        ) : (
          <>
            <Promo
              code={choice.promo}
              wrong={promoWrong}
              onChange={(promo) => {
                setOld(undefined)
                choice.set({ promo })
              }}
            />
            {usable && (
              <WalletChoice
                balance={wallet.data.balance}
                currency={wallet.data.currency}
                used={choice.wallet}
                onChange={(used) => choice.set({ wallet: used ? '1' : '' })}
              />
            )}
            {pricing && pricing.gateway_payable > 0 && (
              <Methods chosen={choice.gateway} onChange={(gateway) => choice.set({ by: gateway })} />
            )}
            {quoted.error && !promoWrong && (
              <PayTrouble payment={payment} error={quoted.error} currency={booking.currency} />
            )}
            <div className={css.pay}>
              {pricing && <PayButton pricing={pricing} busy={payment.isBusy || quoted.isFetching} onPay={pay} />}
              <p className={ui.soft}>{text.pay.safe}</p>
            </div>
          </>
        )}
      </div>
    </Columns>
  )

  function pay() {
    if (!pricing || payment.isBusy) return
    setOld(pricing)
    const asked = { promo_code: choice.promo || undefined, pricing }
    if (pricing.gateway_payable === 0) payment.byWallet(asked)
    else payment.begin({ ...asked, gateway: choice.gateway })
  }
}

function PayButton({ pricing, busy, onPay }: { pricing: Quote; busy: boolean; onPay: () => void }) {
  const walletOnly = pricing.gateway_payable === 0
  const amount = money(walletOnly ? pricing.wallet_applied : pricing.gateway_payable, pricing.currency)
  return (
    <button className={`${ui.button} ${ui.wide}`} type="button" aria-disabled={busy} onClick={() => busy || onPay()}>
      {walletOnly ? text.pay.payWallet(amount) : text.pay.toCard(amount)}
    </button>
  )
}

/** What the guest has chosen, kept in the address: a reload keeps it. */
function useChoice(booking: Booking) {
  const [, go] = useLocation()
  const query = new URLSearchParams(useSearch())
  const known = config().gateways
  const first: Gateway = known.stripe ? 'stripe' : 'razorpay'
  const by = query.get('by')
  return {
    promo: query.get('promo') ?? booking.pricing.promo_code ?? '',
    wallet: query.get('wallet') === '1',
    gateway: by === 'stripe' || by === 'razorpay' ? by : first,
    set(changes: Record<string, string>) {
      const changed = new URLSearchParams(query)
      for (const [name, value] of Object.entries(changes)) {
        if (value === '') changed.delete(name)
        else changed.set(name, value)
      }
      go(`/bookings/${booking.booking_id}/pay?${changed}`, { replace: true })
    },
  }
}
