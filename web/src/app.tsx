import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Suspense, useEffect, useRef } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import { retryDelay, worthRetrying } from './api/problem'
import { Frame, LiveAccountLinks, OfflineBar } from './components/frame'
import { Skeleton } from './components/skeleton'
import { Guarded } from './components/trouble'
import { text } from './messages'
import { MISSING, type PageRoute, ROUTES } from './routes'

const retrying = { retry: worthRetrying, retryDelay, networkMode: 'always' } as const
const client = new QueryClient({ defaultOptions: { queries: retrying, mutations: retrying } })

export function App() {
  return (
    <QueryClientProvider client={client}>
      <OfflineBar />
      <Frame account={<LiveAccountLinks />}>
        <Switch>
          {ROUTES.map((one) => (
            <Route key={one.name} path={one.path}>
              {(params: { id?: string }) => <Shown route={one} id={params.id ?? ''} />}
            </Route>
          ))}
          <Route>
            <Shown route={MISSING} id="" />
          </Route>
        </Switch>
      </Frame>
    </QueryClientProvider>
  )
}

function Shown({ route, id }: { route: PageRoute; id: string }) {
  usePageChange(route.name)
  const Page = route.page
  return (
    <Guarded key={`${route.name} ${id}`}>
      <Suspense fallback={<Skeleton name={route.name} />}>
        <Page id={id} />
      </Suspense>
    </Guarded>
  )
}

/** A page that is not the first one begins at its top, with the keyboard there, too. */
function usePageChange(name: PageRoute['name']) {
  const [path] = useLocation()
  const first = useRef(true)
  useEffect(() => {
    document.title = text.titles[name]
  }, [name])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what changes
  useEffect(() => {
    if (!first.current || document.activeElement?.closest('main')) {
      window.scrollTo(0, 0)
      document.getElementById('main')?.focus({ preventScroll: true })
    }
    first.current = false
  }, [path])
}
