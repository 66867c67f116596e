/** The static page of each route: what a visitor sees before any script has come. Rendered at build. */
import { renderToString } from 'react-dom/server'
import { Frame } from './components/frame'
import { Skeleton } from './components/skeleton'
import { text } from './messages'
import { MISSING, ROUTES } from './routes'

export const shells = [...ROUTES, MISSING].map(({ name }) => ({
  name,
  file: name === 'home' ? 'index' : chunk(name),
  source: `src/pages/${chunk(name)}.tsx`,
  title: text.titles[name],
  html: renderToString(
    <Frame>
      <Skeleton name={name} />
    </Frame>,
  ),
}))

/** The name of a page's file: signedIn is in signed_in. */
function chunk(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
