import { Suspense, useEffect } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import { Skeleton } from './components/skeleton'
import { Guarded } from './components/trouble'
import { MISSING, type PageRoute } from './routes'

/** The page of the address, out of these; the one that says so where there is none. */
export function Routed({ routes }: { routes: readonly PageRoute[] }) {
  return (
    <Switch>
      {routes.map((one) => (
        <Route key={one.name} path={one.path}>
          {(params: { id?: string }) => <Shown route={one} id={params.id ?? ''} />}
        </Route>
      ))}
      <Route>
        <Shown route={MISSING} id="" />
      </Route>
    </Switch>
  )
}

function Shown({ route, id }: { route: PageRoute; id: string }) {
  usePageChange(route.title)
  const Page = route.page
  return (
    <Guarded key={`${route.name} ${id}`}>
      <Suspense fallback={<Skeleton name={route.name} heading={route.heading} />}>
        <Page id={id} />
      </Suspense>
    </Guarded>
  )
}

let isFirst = true

/** A page that is not the first one begins at its top, with the keyboard there, too. */
function usePageChange(title: string) {
  const [path] = useLocation()
  useEffect(() => {
    document.title = title
  }, [title])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what changes
  useEffect(() => {
    if (!isFirst) {
      window.scrollTo(0, 0)
      document.getElementById('main')?.focus({ preventScroll: true })
    }
    isFirst = false
  }, [path])
}
