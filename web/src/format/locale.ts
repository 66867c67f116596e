const FALLBACK = 'en-GB'

/** The language of the message files, in the visitor's own kind of it. */
export const locale: string =
  typeof navigator === 'undefined' ? FALLBACK : (navigator.languages.find((tag) => tag.startsWith('en-')) ?? FALLBACK)
