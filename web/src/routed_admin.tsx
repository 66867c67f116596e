import { Routed } from './routed'
import { ADMIN_ROUTES } from './routes_admin'

export default function AdminPages() {
  return <Routed routes={ADMIN_ROUTES} />
}
