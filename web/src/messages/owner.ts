/** The words of the owners' pages, in English. They come with those pages: no guest loads them. */
export const ownerText = {
  titles: {
    hotels: 'My hotels',
  },
  hotels: {
    lead: 'Register a hotel in six steps, price its nights, and see who comes.',
    none: 'No hotel yet.',
    noneHint: 'Begin with a name and a city. Everything else can follow, on any day and in any browser.',
    begin: 'Register a hotel',
    beginHeading: 'Register a hotel',
    beginLead: 'You can change both later.',
    name: 'Name of the hotel',
    city: 'City',
    cityHint: 'What guests will search for',
    beginning: 'Beginning…',
    start: 'Begin',
    more: 'More hotels',
    register: 'Go on registering',
    change: 'Change what guests see',
    of: (name: string) => `of ${name}`,
  },
  states: {
    draft: 'Draft',
    submitted: 'In review',
    live: 'On sale',
    rejected: 'To be mended',
    suspended: 'Off sale',
    changes: 'Changes not submitted',
  },
  run: {
    label: 'Run the hotel',
    arrivals: 'Arrivals',
    board: 'Board',
    rates: 'Rates',
    blocks: 'Blocks',
  },
  ask: {
    cancel: 'Never mind',
  },
  onlyOwners: {
    heading: 'This is for hoteliers',
    text: 'Your account has no hotel rights yet. Ask us for them, then sign in once more.',
  },
} as const
