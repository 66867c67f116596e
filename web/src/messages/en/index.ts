/** The words of every page, in English. A page takes them from here, so that another language is another folder. Each page's chunk
 * brings the files that it uses. */
export * from './account'
export * from './frame'
export * from './hotel'
export * from './price'
export * from './search'
export * from './stay'
