/** A hotel, and why it has no room for some nights. */

export const hotel = {
  title: (name: string, city: string) => `${name}, ${city} · Holdfast`,
  rooms: 'Rooms',
  sleeps: (guests: number) => `Sleeps ${guests}`,
  hold: 'Hold this room',
  holdNote: 'Free, for ten minutes',
  calendar: 'When is it free?',
  calendarHint: 'Prices are for one night, before tax. Choose your nights.',
  calendarRoom: 'Calendar of',
  useDates: 'Show these nights',
  policy: 'If your plans change',
  about: 'About the hotel',
  amenities: 'In the house',
  noDates: 'Choose your nights to see the whole price.',
  soldOut: 'Sold out on these nights',
  notOnSale: 'Not on sale on these nights',
  notFree: 'Not for these nights',
  rate: 'Rate',
  nearest: 'The nearest nights that work',
  perNight: 'a night, before tax',
  back: 'All hotels',
  art: 'Drawing',
} as const

export const rules = {
  closed: 'Closed on some of these nights.',
  closed_to_arrival: (date: string) => `No arrivals on ${date}.`,
  closed_to_departure: (date: string) => `No departures on ${date}.`,
  min_stay: (nights: string) => `At least ${nights} on these dates.`,
  max_stay: (nights: string) => `At most ${nights} on these dates.`,
  book_from: 'Can be booked only close to arrival.',
  book_until: 'Had to be booked earlier.',
  occupancy: 'Too many guests for these rooms.',
  other: 'The hotel has a rule against these nights.',
} as const
