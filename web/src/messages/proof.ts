/** The words of the page of proof, and of the verdict that admins see too. */
export const proofText = {
  heading: 'Promises that are checked, not only made',
  lead: 'Over and over, an auditor reads every night, booking and payment that we have, works out by its own means what each should be, and looks for a single broken promise.',
  holds: 'Every promise holds',
  broken: 'A promise is broken',
  brokenText: 'Our people are told at once, and are at work on it.',
  none: 'The first audit has not finished yet',
  noneText: 'It is under way. Come back in a moment.',
  overdue: 'The last audit is older than it should be. Our people are told of that, too.',
  checked: (ago: string) => `Checked ${ago}`,
  promises: {
    no_room_sold_twice: {
      title: 'No room sold twice',
      text: 'On each night of each room type, the rooms that are free, booked, held and blocked are as many as there are.',
    },
    no_guest_charged_twice: {
      title: 'No guest charged twice',
      text: 'A booking has one payment, of the price that was agreed, and each wallet is the sum of its lines.',
    },
    no_money_without_a_room: {
      title: 'No money kept without a room',
      text: 'What was paid belongs to a confirmed stay, or is what its cancellation policy keeps, or is on its way back.',
    },
    books_agree: {
      title: 'The books agree',
      text: 'Histories, promo codes, prices and what guests see of a hotel say the same wherever they are kept.',
    },
  },
  violations: (count: number) => (count === 0 ? 'No violation' : count === 1 ? '1 violation' : `${count} violations`),
  rules: (count: number) => `${count} rules`,
  looked: 'What it looked at',
  counts: {
    rooms: 'rooms',
    nights: 'nights of room types',
    bookings: 'bookings',
    payments: 'payments',
    entries: 'lines of wallets',
  },
  how: 'How it is done',
  steps: [
    'The auditor reads the whole database, up to three times: what only one reading shows is a booking in the making, and no fault.',
    'It does not ask the code that sells the rooms: what each booking should hold, pay and give back, it computes a second time, and compares.',
    'What it finds is counted here, unedited, as soon as it has looked at everything. This page cannot be changed by hand.',
  ],
} as const
