/** What somebody has typed is saved when they leave, whichever way they go. */
import { createContext, type RefObject, useContext, useLayoutEffect, useRef } from 'react'
import { useLocation } from '../router'

/** Saves what is not saved yet; false where that failed, and the page has to stay. */
type Saver = () => Promise<boolean>

const SaverContext = createContext<RefObject<Saver | undefined> | undefined>(undefined)
export const SaverProvider = SaverContext.Provider

/** Goes to another step once the one that is open is saved. */
export function useLeave(saver: RefObject<Saver | undefined>) {
  const [, go] = useLocation()
  return async (to: string) => {
    if (!saver.current || (await saver.current())) go(to)
  }
}

/** One save at a time: the next one waits for the one before it, then looks again at what there is to save. */
export function useOneAtATime() {
  const last = useRef<Promise<unknown>>(Promise.resolve())
  return (save: Saver): Promise<boolean> => {
    const next = last.current.then(save)
    last.current = next.catch(() => undefined)
    return next
  }
}

/** Registers the step's saver: it runs before another step opens, when the tab is left, and when the page goes. */
export function useSaver(save: Saver) {
  const context = useContext(SaverContext)
  const latest = useRef(save)
  latest.current = save
  // The form is still there when a layout effect ends, and no longer when another one does.
  useLayoutEffect(() => {
    const run = () => latest.current()
    const hidden = () => {
      if (document.visibilityState === 'hidden') void run()
    }
    if (context) context.current = run
    document.addEventListener('visibilitychange', hidden)
    return () => {
      document.removeEventListener('visibilitychange', hidden)
      if (context) context.current = undefined
      void run()
    }
  }, [context])
}
