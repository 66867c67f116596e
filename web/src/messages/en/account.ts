/** What a guest has: bookings, receipts, money. */

export const receipt = {
  print: 'Print',
  issued: 'Booked',
  guest: 'Guest',
  stay: 'Stay',
  paid: 'Paid',
  refunded: 'Refunded',
} as const

export const bookings = {
  none: 'No bookings yet.',
  noneHint: 'Find a room, hold it, and it will be here.',
  find: 'Find a room',
  more: 'Earlier bookings',
  resume: 'Finish paying',
  open: 'Open',
} as const

export const booking = {
  status: {
    reserved: 'On hold',
    payment_pending: 'Waiting for payment',
    confirmed: 'Confirmed',
    expired: 'Hold ended',
    cancelled: 'Cancelled',
  },
  timeline: 'What happened',
  by: { guest: 'you', system: 'Holdfast', admin: 'our desk', owner: 'the hotel' } as Record<string, string>,
  event: {
    reserved: 'Room held',
    payment_pending: 'Payment started',
    confirmed: 'Booking confirmed',
    expired: 'Hold ended',
    cancelled: 'Cancelled',
  },
  guest: 'Who is staying',
  price: 'Price',
  cancel: 'Cancel the booking',
  cancelHold: 'Let the room go',
  cancelHeading: 'Cancel this booking?',
  cancelNow: 'If you cancel now, you get back',
  cancelKept: 'The hotel keeps',
  cancelToWallet: 'to your wallet',
  cancelToCard: 'to your card',
  cancelLater: 'If you cancel later',
  until: (when: string) => `until ${when}`,
  cancelConfirm: (amount: string) => `Cancel and get ${amount} back`,
  cancelConfirmNothing: 'Cancel without a refund',
  keep: 'Keep the booking',
  cancelling: 'Cancelling…',
  cancelledHeading: 'Cancelled',
  refundPending: (amount: string) => `${amount} is on its way back.`,
  refunded: (amount: string) => `${amount} was given back.`,
  pay: 'Continue to payment',
  reference: 'Booking number',
  policy: 'If your plans change',
} as const

export const wallet = {
  balance: 'Balance',
  lead: 'Refunds can come here at once, and the next stay can be paid from here, all or in part.',
  topUp: 'Add money',
  amount: 'Amount',
  amountBad: 'Type an amount, like 2500 or 2500.50.',
  add: 'Continue',
  ledger: 'Every movement',
  none: 'Nothing has moved yet.',
  more: 'Earlier',
  after: 'Balance after',
  when: 'When',
  what: 'What',
  howMuch: 'Amount',
  reasons: { booking_payment: 'Paid for a stay', booking_refund: 'Refund of a stay', topup: 'Money added' } as Record<
    string,
    string
  >,
  credited: (amount: string) => `${amount} is in your wallet.`,
  booking: 'Booking',
} as const
