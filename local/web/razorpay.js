/* The part of Razorpay's Checkout that our pages use, against the local Razorpay: on the developer's own machine in place
   of https://checkout.razorpay.com. It takes the address from its own: razorpay.js?api=http://127.0.0.1:4568 */
;(() => {
  const script = document.currentScript
  const api = new URL(script.src).searchParams.get('api')
  const style = document.createElement('link')
  style.rel = 'stylesheet'
  style.href = new URL('card_form.css', script.src).href
  document.head.append(style)

  async function play(path) {
    const answer = await fetch(`${api}/_test/${path}`, { method: 'POST', body: '{}' })
    return { ok: answer.ok, read: await answer.json() }
  }

  function element(tag, options, ...children) {
    const made = Object.assign(document.createElement(tag), options)
    made.append(...children)
    return made
  }

  window.Razorpay = class {
    constructor(options) {
      this.options = options
    }

    open() {
      const { options } = this
      const said = element('p', { role: 'status' })
      const dialog = element('dialog', { className: 'holdfast-checkout', ariaLabel: 'Test checkout' })
      const button = (words, act) => element('button', { type: 'button', textContent: words, onclick: act })
      const order = `orders/${options.order_id}`
      let paid = false
      const pay = async () => {
        const { ok, read } = await play(`${order}/authorize`)
        if (!ok) {
          said.textContent = 'The bank does not take it.'
          return
        }
        paid = true
        dialog.close()
        options.handler(read)
      }
      const decline = async () => {
        await play(`${order}/fail`)
        said.textContent = 'The bank declined. Try another way.'
      }
      dialog.append(
        element(
          'div',
          { className: 'holdfast-card' },
          element('strong', { textContent: 'Test checkout' }),
          button('Pay by UPI', pay),
          button('Pay half a minute later', () => setTimeout(pay, 30_000)),
          button('Let the bank decline', decline),
          button('Close', () => dialog.close()),
          said,
        ),
      )
      dialog.addEventListener('close', () => {
        dialog.remove()
        if (!paid) options.modal?.ondismiss?.()
      })
      document.body.append(dialog)
      dialog.showModal()
    }
  }
})()
