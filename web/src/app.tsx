import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { retryDelay, worthRetrying } from './api/problem'
import { Frame, LiveAccountLinks, OfflineBar } from './components/frame'
import { Bones } from './components/skeleton'
import { Routed } from './routed'
import { useLocation } from './router'
import { ROUTES } from './routes'

const retrying = { retry: worthRetrying, retryDelay, networkMode: 'always' } as const
const client = new QueryClient({ defaultOptions: { queries: retrying, mutations: retrying } })

/** Routes, words and pages of owners and admins come with their first page: no guest waits for them. */
const OwnerPages = lazy(() => import('./routed_owner'))
const AdminPages = lazy(() => import('./routed_admin'))

export function App() {
  return (
    <QueryClientProvider client={client}>
      <OfflineBar />
      <Frame account={<LiveAccountLinks />}>
        <Pages />
      </Frame>
    </QueryClientProvider>
  )
}

function Pages() {
  const [path] = useLocation()
  const owners = path.startsWith('/owner/')
  if (!owners && !path.startsWith('/admin/')) return <Routed routes={ROUTES} />
  return <Suspense fallback={<Bones />}>{owners ? <OwnerPages /> : <AdminPages />}</Suspense>
}
