/** The static page of each route: what a visitor sees before any script has come. Rendered at build. */
import { renderToString } from 'react-dom/server'
import { Frame } from './components/frame'
import { Opening } from './components/opening'
import { SearchForm } from './components/search_form'
import { Bones, Skeleton } from './components/skeleton'
import ui from './components/ui.module.css'
import { text } from './messages'
import { descriptions } from './messages/en/shells'
import { MISSING, type PageRoute, ROUTES } from './routes'
import { ADMIN_ROUTES } from './routes_admin'
import { OWNER_ROUTES } from './routes_owner'

export const shells = [
  ...[...ROUTES, MISSING].map((route) => shell(route)),
  ...OWNER_ROUTES.map((route) => shell(route, 'src/routed_owner.tsx')),
  ...ADMIN_ROUTES.map((route) => shell(route, 'src/routed_admin.tsx')),
]

/** `sources` are what its page is made of beside the first chunk. */
function shell({ name, title, heading }: PageRoute, ...more: string[]) {
  return {
    name,
    file: name === 'home' ? 'index' : chunk(name),
    sources: [...more, `src/pages/${chunk(name)}.tsx`],
    title,
    description: descriptions[name],
    html: renderToString(
      <Frame>
        <Before name={name} heading={heading} />
      </Frame>,
    ),
  }
}

/** The form of the home and search pages is there before any script, and works. */
function Before({ name, heading }: { name: string; heading?: string }) {
  if (name === 'home') {
    return (
      <Opening>
        <SearchForm />
      </Opening>
    )
  }
  if (name === 'search') {
    return (
      <div className={ui.stack}>
        <SearchForm />
        <h1>{text.search.results('')}</h1>
        <Bones />
      </div>
    )
  }
  return <Skeleton name={name} heading={heading} />
}

/** The name of a page's file: signedIn is in signed_in. */
function chunk(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
