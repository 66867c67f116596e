import { type ReactNode, useSyncExternalStore } from 'react'
import { signIn, signOut, useIsIn, useSignedIn } from '../auth/session'
import { text } from '../messages'
import { Link } from '../router'
import css from './frame.module.css'

/** Head and foot of every page, in the shells and in the living page alike. */
export function Frame({ children, account }: { children: ReactNode; account?: ReactNode }) {
  return (
    <>
      <a className={css.skip} href="#main">
        {text.nav.skip}
      </a>
      <header className={css.header}>
        <div className={css.bar}>
          <a className={css.brand} href="/" aria-label={text.nav.home}>
            <svg
              className={css.mark}
              viewBox="0 0 32 32"
              fill="none"
              stroke="currentColor"
              strokeWidth="2.6"
              aria-hidden
            >
              <path d="M8 27V14a8 8 0 0 1 16 0v13" />
              <path d="M3 27h26" />
              <circle cx="16" cy="16" r="1.6" fill="currentColor" />
            </svg>
            {text.brand}
          </a>
          <nav className={css.nav} aria-label={text.nav.main}>
            {account ?? <AccountLinks />}
          </nav>
        </div>
      </header>
      <main className={css.main} id="main" tabIndex={-1}>
        {children}
      </main>
      <footer className={css.footer}>
        <div className={css.foot}>
          <p>
            {text.footer.line} <a href="/proof">{text.footer.proof}</a>
          </p>
          <p>{text.footer.rights}</p>
        </div>
      </footer>
    </>
  )
}

function AccountLinks() {
  return (
    <>
      <a href="/bookings">{text.nav.bookings}</a>
      <a href="/wallet">{text.nav.wallet}</a>
      <button type="button">{text.nav.signIn}</button>
    </>
  )
}

export function LiveAccountLinks() {
  const name = useSignedIn()
  const isOwner = useIsIn('owner')
  const isAdmin = useIsIn('admin')
  return (
    <>
      <Link href="/bookings">{text.nav.bookings}</Link>
      <Link href="/wallet">{text.nav.wallet}</Link>
      {isOwner && <Link href="/owner/hotels">{text.nav.hotels}</Link>}
      {isAdmin && <Link href="/admin/reviews">{text.nav.admin}</Link>}
      {name ? (
        <button type="button" onClick={() => void signOut()}>
          {text.nav.signOut}
        </button>
      ) : (
        <button type="button" onClick={() => void signIn()}>
          {text.nav.signIn}
        </button>
      )}
    </>
  )
}

function listen(changed: () => void): () => void {
  addEventListener('online', changed)
  addEventListener('offline', changed)
  return () => {
    removeEventListener('online', changed)
    removeEventListener('offline', changed)
  }
}

export function OfflineBar() {
  const online = useSyncExternalStore(
    listen,
    () => navigator.onLine,
    () => true,
  )
  return (
    <div role="status" className={online ? undefined : css.offline}>
      {online ? null : text.errors.offline}
    </div>
  )
}
