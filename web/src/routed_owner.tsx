import { Routed } from './routed'
import { OWNER_ROUTES } from './routes_owner'

export default function OwnerPages() {
  return <Routed routes={OWNER_ROUTES} />
}
