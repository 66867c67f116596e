/** Searching. */

export const search = {
  heading: 'A good room, held while you think.',
  lead: 'Small hotels with the whole price from the first page: rooms, taxes, everything. Pick one and it is yours for ten minutes, without paying.',
  where: 'Where',
  anywhere: 'Anywhere',
  checkIn: 'Check-in',
  checkOut: 'Check-out',
  rooms: 'Rooms',
  guests: 'Guests',
  adults: 'Adults',
  children: 'Children’s ages',
  childrenHint: 'like 4, 9',
  submit: 'Find rooms',
  destinations: 'Where would you like to wake up?',
  results: (place: string) => (place ? `Hotels in ${place}` : 'All hotels'),
  count: (hotels: number, more: boolean) =>
    more ? `The first ${hotels} hotels` : hotels === 1 ? '1 hotel' : `${hotels} hotels`,
  none: 'No hotel is on sale there yet.',
  noneHint: 'Look at the spelling of the place, or leave it empty to see every hotel.',
  addDates: 'Choose dates to see what is free and what it costs, taxes included.',
  from: 'from',
  allIn: (nights: string, rooms: string) => `for ${nights}, ${rooms}, all taxes included`,
  choose: 'See rooms',
  left: (rooms: number) => (rooms === 1 ? 'Only 1 room left' : `Only ${rooms} rooms left`),
  more: 'More hotels',
  datesOrder: 'Check-out has to be after check-in.',
} as const
