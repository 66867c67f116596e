/** Where somebody is, and going elsewhere without leaving the page. */
import { type ComponentProps, type MouseEvent, useSyncExternalStore } from 'react'

function subscribe(moved: () => void): () => void {
  addEventListener('popstate', moved)
  return () => removeEventListener('popstate', moved)
}

export function go(to: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', to)
  dispatchEvent(new Event('popstate'))
}

/** The path, and how to go to another one. */
export function useLocation(): [string, typeof go] {
  const path = useSyncExternalStore(
    subscribe,
    () => location.pathname,
    () => '/',
  )
  return [path, go]
}

/** The query, with its question mark. */
export function useSearch(): string {
  return useSyncExternalStore(
    subscribe,
    () => location.search,
    () => '',
  )
}

/** A link inside of the pages; what it names is marked where it is the page that is shown. */
export function Link({ href, ...more }: ComponentProps<'a'> & { href: string }) {
  const [path] = useLocation()
  function follow(event: MouseEvent) {
    const elsewhere = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
    if (event.defaultPrevented || elsewhere) return
    event.preventDefault()
    go(href)
  }
  return <a href={href} aria-current={href === path ? 'page' : undefined} onClick={follow} {...more} />
}

/** What stands for `:id` in an address of that pattern: empty without one, nothing where the address is another. */
export function idIn(pattern: string, path: string): string | undefined {
  const found = new RegExp(`^${pattern.replace(':id', '([^/]+)')}/?$`).exec(path)
  try {
    return found ? decodeURIComponent(found[1] ?? '') : undefined
  } catch {
    return undefined // a % that escapes nothing
  }
}
