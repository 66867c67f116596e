/* The part of Stripe.js that our pages use, against localstripe: on the developer's own machine in place of
   https://js.stripe.com. It takes the address of localstripe from its own: stripe.js?api=http://127.0.0.1:4567

   4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined: here and not by localstripe, whose intents end with that. "Slow" pays half a minute
   later, so that a tab can be closed meanwhile; "Late" authorises only after the hold has run out. */
;(() => {
  const script = document.currentScript
  const api = new URL(script.src).searchParams.get('api')
  const style = document.createElement('link')
  style.rel = 'stylesheet'
  style.href = new URL('card_form.css', script.src).href
  document.head.append(style)

  const DECLINED = '4000000000000002'
  const SECONDS = { now: 0, slow: 30, late: 660 }

  async function call(key, path, fields) {
    const address = `${api}/v1/${path}?${new URLSearchParams({ key })}`
    const answer = await fetch(address, { method: 'POST', body: new URLSearchParams(fields) })
    const read = await answer.json()
    if (!answer.ok) throw read.error
    return read
  }

  function element(tag, options, ...children) {
    const made = Object.assign(document.createElement(tag), options)
    made.append(...children)
    return made
  }

  function labelled(words, field) {
    return element('label', {}, words, field)
  }

  window.Stripe = (key) => ({
    elements: ({ clientSecret }) => {
      const number = element('input', { name: 'cardnumber', value: '4242424242424242', inputMode: 'numeric', required: true })
      const when = element('select', { name: 'when' })
      when.append(
        element('option', { value: 'now', textContent: 'at once' }),
        element('option', { value: 'slow', textContent: 'half a minute later' }),
        element('option', { value: 'late', textContent: 'after the hold has ended' }),
      )
      const form = element(
        'div',
        { className: 'holdfast-card' },
        element('strong', { textContent: 'Test card' }),
        labelled('Card number', number),
        labelled('The bank says yes', when),
      )
      return {
        clientSecret,
        number,
        when,
        create: () => ({ mount: (host) => host.replaceChildren(form), destroy: () => form.remove() }),
      }
    },
    confirmPayment: async ({ elements }) => {
      const intent = elements.clientSecret.split('_secret')[0]
      const number = elements.number.value.replaceAll(' ', '')
      if (number === DECLINED) return { error: { type: 'card_error', message: 'Your card was declined.' } }
      try {
        const card = { 'card[number]': number, 'card[exp_month]': '12', 'card[exp_year]': '2030', 'card[cvc]': '123' }
        const method = await call(key, 'payment_methods', { type: 'card', ...card })
        await new Promise((resolve) => setTimeout(resolve, SECONDS[elements.when.value] * 1000))
        await call(key, `payment_intents/${intent}`, { payment_method: method.id })
        const confirmed = await call(key, `payment_intents/${intent}/confirm`, {})
        return { paymentIntent: { id: intent, status: confirmed.status } }
      } catch (error) {
        return { error: { type: error?.type ?? 'api_error', message: error?.message ?? String(error) } }
      }
    },
  })
})()
