import { text } from '../messages'
import css from './skeleton.module.css'
import ui from './ui.module.css'

const HEADINGS: Record<string, string> = text.headings

/** What a page shows while its chunk is on the way, and in its shell. */
export function Skeleton({ name, heading }: { name: string; heading?: string }) {
  return (
    <div className={ui.stack}>
      <h1>{heading ?? HEADINGS[name] ?? text.loading}</h1>
      <Bones />
    </div>
  )
}

export function Bones() {
  return (
    <div className={ui.stack} role="status" aria-label={text.loading}>
      <div className={`${ui.bone} ${css.line}`} />
      <div className={`${ui.bone} ${css.block}`} />
      <div className={`${ui.bone} ${css.block}`} />
    </div>
  )
}
