import { type ReactNode, useEffect, useId, useRef } from 'react'
import css from './dialog.module.css'
import ui from './ui.module.css'

interface Props {
  heading: string
  onClose: () => void
  /** Is given what closes the dialog: the keyboard is then where it was before. */
  children: (close: () => void) => ReactNode
}

/** A native dialog over the page: the keyboard stays in it, and Escape closes it. */
export function Dialog({ heading, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const opened = useRef(heading)
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal()
  }, [])
  // Another heading is another step: it begins at its top, and is read from there.
  useEffect(() => {
    if (heading === opened.current) return
    opened.current = heading
    dialog.current?.scrollTo(0, 0)
    dialog.current?.querySelector('h2')?.focus({ preventScroll: true })
  }, [heading])
  return (
    <dialog className={css.dialog} ref={dialog} onClose={onClose} aria-labelledby={id}>
      <div className={ui.stack}>
        <h2 id={id} tabIndex={-1}>
          {heading}
        </h2>
        {children(() => dialog.current?.close())}
      </div>
    </dialog>
  )
}
