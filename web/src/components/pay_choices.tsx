import { type FormEvent, useState } from 'react'
import type { Gateway } from '../api/types'
import { config } from '../config'
import { money } from '../format/money'
import { explained, text } from '../messages'
import css from '../pages/pay.module.css'
import ui from './ui.module.css'

export function Promo({ code, wrong, onChange }: { code: string; wrong: unknown; onChange: (code: string) => void }) {
  const [typed, setTyped] = useState(code)
  if (code && !wrong) {
    return (
      <div className={ui.between}>
        <p>
          <span className={ui.tagGood}>{text.pay.promoOn(code)}</span>
        </p>
        <button
          className={ui.link}
          type="button"
          onClick={() => {
            setTyped('')
            onChange('')
          }}
        >
          {text.pay.promoRemove}
        </button>
      </div>
    )
  }
  function apply(event: FormEvent) {
    event.preventDefault()
    onChange(typed.trim())
  }
  return (
    <form className={ui.tight} onSubmit={apply}>
      <div className={css.promo}>
        <label className={ui.field}>
          <span className={ui.label}>{text.pay.promo}</span>
          <input
            className={ui.input}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            pattern="[A-Za-z0-9_\-]{1,32}"
            maxLength={32}
            autoComplete="off"
            aria-invalid={wrong ? true : undefined}
            aria-describedby={wrong ? 'promo-wrong' : undefined}
          />
        </label>
        <button className={ui.quiet} type="submit">
          {text.pay.promoApply}
        </button>
      </div>
      {wrong ? (
        <p className={ui.bad} id="promo-wrong" role="alert">
          {explained(wrong)}
        </p>
      ) : null}
    </form>
  )
}

interface WalletProps {
  balance: number
  currency: string
  used: boolean
  onChange: (used: boolean) => void
}

export function WalletChoice({ balance, currency, used, onChange }: WalletProps) {
  return (
    <label className={css.option}>
      <input type="checkbox" checked={used} onChange={(event) => onChange(event.target.checked)} />
      <span>{text.pay.wallet}</span>
      <span className={ui.soft}>{text.pay.walletBalance(money(balance, currency))}</span>
    </label>
  )
}

const WORDS: Record<Gateway, [string, string]> = {
  stripe: [text.pay.stripe, text.pay.stripeHint],
  razorpay: [text.pay.razorpay, text.pay.razorpayHint],
}

export function Methods({ chosen, onChange }: { chosen: Gateway; onChange: (gateway: Gateway) => void }) {
  const known = config().gateways
  const offered = (['stripe', 'razorpay'] as const).filter((gateway) => known[gateway])
  return (
    <fieldset className={css.options}>
      <legend>{text.pay.method}</legend>
      {offered.map((gateway) => (
        <label className={css.option} key={gateway}>
          <input
            type="radio"
            name="gateway"
            value={gateway}
            checked={gateway === chosen}
            onChange={() => onChange(gateway)}
          />
          <span>{WORDS[gateway][0]}</span>
          <span className={ui.soft}>{WORDS[gateway][1]}</span>
        </label>
      ))}
    </fieldset>
  )
}
