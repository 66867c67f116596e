/** What search engines show of a page, by its name. The others are nobody's but their guest's, and are not found. */
export const descriptions: Record<string, string> = {
  home: 'Rooms in small, good hotels, held for you for ten minutes while you decide. The whole price from the first page.',
  search: 'Hotels with rooms for your nights, each with its whole price, taxes included.',
  hotel: 'Rooms, pictures, free nights and whole prices of a hotel, and what you get back if your plans change.',
}
