import { Suspense, useEffect } from 'react'
import { Skeleton } from './components/skeleton'
import { Guarded } from './components/trouble'
import { idIn, useLocation } from './router'
import { MISSING, type PageRoute } from './routes'

/** The page of the address, out of these; the one that says so where there is none. */
export function Routed({ routes }: { routes: readonly PageRoute[] }) {
  const [path] = useLocation()
  for (const route of routes) {
    const id = idIn(route.path, path)
    if (id !== undefined) return <Shown route={route} id={id} />
  }
  return <Shown route={MISSING} id="" />
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
