import { type ComponentType, createElement, lazy, useState } from 'react'

type Page = ComponentType<{ id: string }>

/** A page whose chunk comes when it is shown, or before by `ready`: then it is there at once, without a fallback. */
export function later(load: () => Promise<{ default: Page }>) {
  let loaded: Page | undefined
  async function fetched() {
    const found = await load()
    loaded = found.default
    return found
  }
  const Waiting = lazy(fetched)
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each page, where the routes are listed
  function Later(props: { id: string }) {
    const [shown] = useState(() => loaded ?? Waiting)
    return createElement(shown, props)
  }
  return { page: Later, ready: fetched }
}
