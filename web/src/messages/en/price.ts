/** Bills, and what a cancellation gives back. */

export const price = {
  details: 'Why this price',
  total: 'Total',
  rooms: 'Rooms',
  promo: (code: string) => `Code ${code}`,
  subtotal: 'After discount',
  tax: (name: string, rate: string) => `${name} ${rate}`,
  included: 'included',
  rounding: 'Rounding',
  wallet: 'From your wallet',
  card: 'By card',
  cash: 'Paid at the hotel',
  allTaxes: 'All taxes included',
  night: 'Night',
  room: 'Room',
  price: 'Price',
  discount: 'Discount',
  taxes: 'Tax',
  lines: 'Night by night',
  parts: {
    extra_adults: 'Extra adults',
    children: 'Children',
    single_discount: 'Single use',
    plan: 'Rate',
    meals: 'Meals',
  },
} as const

export const policy = {
  full: (when: string) => `Everything back if you cancel by ${when}`,
  part: (percent: string, when: string) => `${percent} back if you cancel by ${when}`,
  nothing: 'After that, nothing is refunded',
  never: 'This stay is not refunded after it is paid',
  fullAhead: (days: number) =>
    days === 0 ? 'Everything back until the day of arrival' : `Everything back up to ${days} days before arrival`,
  partAhead: (percent: string, days: number) => `${percent} back up to ${days} days before arrival`,
} as const
