import { text } from '../messages'
import { Scene } from './scene'
import { SearchForm } from './search_form'
import css from './skeleton.module.css'
import ui from './ui.module.css'

const HEADINGS: Record<string, string> = text.headings

/** What a page shows before its script: in its shell, and while its chunk is on the way. */
export function Skeleton({ name, heading }: { name: string; heading?: string }) {
  if (name === 'home') {
    return (
      <div className={css.hero}>
        <Opening />
        <SearchForm />
      </div>
    )
  }
  if (name === 'search') {
    return (
      <div className={ui.stack}>
        <SearchForm />
        <h1>{text.search.results('')}</h1>
        <Bones />
      </div>
    )
  }
  return (
    <div className={ui.stack}>
      <h1>{heading ?? HEADINGS[name] ?? text.loading}</h1>
      <Bones />
    </div>
  )
}

/** The first words of all, and the view through an arch. */
export function Opening() {
  return (
    <div className={css.opening}>
      <div className={css.words}>
        <h1>{text.search.heading}</h1>
        <p>{text.search.lead}</p>
      </div>
      <div className={css.arch}>
        <Scene seed={text.brand} />
      </div>
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
