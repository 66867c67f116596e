/** What every page says. */

export const brand = 'Holdfast'

export const promise = 'Your room is held for ten minutes while you decide. You pay once, or nothing.'

export const nav = {
  skip: 'Skip to the content',
  main: 'Main',
  bookings: 'My bookings',
  wallet: 'Wallet',
  hotels: 'My hotels',
  admin: 'Admin',
  signIn: 'Sign in',
  signOut: 'Sign out',
  home: 'Holdfast, to the start page',
} as const

export const footer = {
  line: 'No room sold twice. No guest charged twice. No money kept without a room.',
  proof: 'See the proof',
  rights: 'Holdfast hotels',
} as const

export const titles = {
  home: 'Holdfast: rooms held for you while you decide',
  search: 'Rooms for your stay · Holdfast',
  hotel: 'Hotel · Holdfast',
  hold: 'Holding your room · Holdfast',
  guest: 'Who is staying? · Holdfast',
  pay: 'Pay for your stay · Holdfast',
  confirmed: 'Booking confirmed · Holdfast',
  receipt: 'Receipt · Holdfast',
  bookings: 'My bookings · Holdfast',
  booking: 'Your booking · Holdfast',
  wallet: 'Wallet · Holdfast',
  proof: 'Proof · Holdfast',
  signedIn: 'Signing in · Holdfast',
  missing: 'Nothing here · Holdfast',
} as const

/** Of pages that say no more than this until their data is there: in their shells, too. */
export const headings = {
  hold: 'Holding your room…',
  guest: 'Who is staying?',
  pay: 'How would you like to pay?',
  confirmed: 'It’s yours.',
  receipt: 'Receipt',
  bookings: 'My bookings',
  booking: 'Your booking',
  wallet: 'Wallet',
  proof: 'Proof',
  signedIn: 'Signing you in…',
} as const

/** Dates are the hotel's. */
export const localTime = (zone: string) => `All dates and hours are those of the hotel (${zone} time).`

export const counts = {
  nights: (n: number) => (n === 1 ? '1 night' : `${n} nights`),
  rooms: (n: number) => (n === 1 ? '1 room' : `${n} rooms`),
  guests: (n: number) => (n === 1 ? '1 guest' : `${n} guests`),
} as const

export const loading = 'Loading…'

export const signIn = {
  failed: 'Signing in did not work.',
  again: 'Try again',
  needed: 'Sign in to go on',
  neededText: 'Your bookings and your wallet are behind your own sign-in. You come right back here.',
} as const

export const errors = {
  sold_out: 'Somebody was faster: the room is sold out on these nights.',
  restricted: 'The hotel has a rule against these nights.',
  price_changed: 'The price has changed. Look at it before you pay.',
  priceWas: 'Was',
  priceIs: 'Is now',
  hold_expired: 'The hold has ended.',
  payment_declined: 'The payment was declined. Nothing was charged.',
  insufficient_wallet: 'There is not enough in your wallet any more.',
  promo_invalid: 'This code does not fit this stay.',
  promo_exhausted: 'This code has been used up.',
  already_paid: 'This booking is paid already.',
  amount_too_small: 'The rest is too small for a card. Pay it from your wallet, or all of it by card.',
  guest_required: 'The hotel needs to know who is staying.',
  too_many_holds: 'You are holding five rooms already. Pay for one or let one go.',
  too_many_tries: 'Too many tries. Please wait a moment.',
  too_many_topups: 'Too many top-ups are open. Please wait a moment.',
  too_many_calls: 'Many people are booking right now. We try again by ourselves.',
  not_found: 'There is nothing at this address, or it belongs to somebody else.',
  not_payable: 'This booking can no longer be paid.',
  not_cancellable: 'This booking can no longer be cancelled.',
  not_revivable: 'This hold cannot be made again.',
  in_progress: 'It is being worked on. We keep looking.',
  busy: 'It is very busy. We try again by ourselves.',
  unreachable: 'No connection. We try again when you are back online.',
  offline: 'You are offline. What you see may be old.',
  invalid_request: 'Something in it is not right.',
  forbidden: 'That is not for this account.',
  unknown: 'That did not work. It is safe to try again.',
  again: 'Try again',
  home: 'To the start page',
  missingHeading: 'Nothing here',
} as const
