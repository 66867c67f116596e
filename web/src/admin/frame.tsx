import type { ReactNode } from 'react'
import { useIsIn, useSignedIn } from '../auth/session'
import { SignInAsked } from '../components/trouble'
import ui from '../components/ui.module.css'
import { adminText } from '../messages/admin'
import { Link, useLocation } from '../router'
import css from './frame.module.css'

const PAGES = ['reviews', 'payments', 'bookings', 'figures'] as const

/** What only admins see, under the links of their pages. Others are asked to sign in, or hear whom these are for. */
export function ForAdmins({ heading, children }: { heading: string; children: ReactNode }) {
  const name = useSignedIn()
  const isAdmin = useIsIn('admin')
  const [path] = useLocation()
  if (name && isAdmin) {
    return (
      <div className={css.page}>
        <nav className={css.tabs} aria-label={adminText.nav}>
          {PAGES.map((page) => (
            <Link
              key={page}
              href={`/admin/${page}`}
              aria-current={path.startsWith(`/admin/${page}`) ? 'page' : undefined}
            >
              {adminText.titles[page]}
            </Link>
          ))}
        </nav>
        {children}
      </div>
    )
  }
  return (
    <div className={ui.stack}>
      <h1>{heading}</h1>
      {name ? (
        <div className={ui.notice}>
          <h2>{adminText.onlyAdmins.heading}</h2>
          <p>{adminText.onlyAdmins.text}</p>
        </div>
      ) : (
        <SignInAsked />
      )}
    </div>
  )
}

/** One of several lists, chosen by its address. */
export function Choices<Name extends string>({
  label,
  names,
  chosen,
  hrefOf,
  wordOf,
}: {
  label: string
  names: readonly Name[]
  chosen: Name
  hrefOf: (name: Name) => string
  wordOf: (name: Name) => string
}) {
  return (
    <nav className={css.choices} aria-label={label}>
      {names.map((name) => (
        <Link key={name} href={hrefOf(name)} aria-current={name === chosen ? 'page' : undefined}>
          {wordOf(name)}
        </Link>
      ))}
    </nav>
  )
}

/** Names and values, of which those without a value are left out. */
export function Facts({ of }: { of: readonly (readonly [string, ReactNode])[] }) {
  const known = of.filter(([, value]) => value !== null && value !== undefined && value !== '')
  return (
    <dl className={css.facts}>
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** An id or a hash: as long as it is, and broken anywhere. */
export function Code({ children }: { children: ReactNode }) {
  return <span className={css.code}>{children}</span>
}
