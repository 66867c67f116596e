const loading = new Map<string, Promise<void>>()

/** Loads a gateway's script once; after a failure the next call tries again. */
export function loadScript(src: string): Promise<void> {
  let found = loading.get(src)
  if (!found) {
    found = new Promise((resolve, reject) => {
      const script = document.createElement('script')
      script.src = src
      script.async = true
      script.onload = () => resolve()
      script.onerror = () => {
        loading.delete(src)
        script.remove()
        reject(new NotLoaded(src))
      }
      document.head.append(script)
    })
    loading.set(src, found)
  }
  return found
}

export class NotLoaded extends Error {}

/** What a gateway hands to the page once the guest has authorised the payment. */
export interface Authorised {
  transactionId: string
  signature?: string
}

/** The bank has said no. */
export class Declined extends Error {}

/** The guest has closed the payment. */
export class Closed extends Error {}
