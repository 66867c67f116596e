import ui from './ui.module.css'

interface Pages {
  hasNextPage: boolean
  fetchNextPage: () => unknown
}

/** The button that goes on where a list's page ends, while there is more. */
export function More({ of, label }: { of: Pages; label: string }) {
  return (
    of.hasNextPage && (
      <p>
        <button className={ui.quiet} type="button" onClick={() => void of.fetchNextPage()}>
          {label}
        </button>
      </p>
    )
  )
}
