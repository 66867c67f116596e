import type { ReactNode } from 'react'
import { text } from '../messages'
import css from './opening.module.css'
import { Scene } from './scene'

/** The first words of all, the view through an arch, and the search form. */
export function Opening({ children }: { children: ReactNode }) {
  return (
    <div className={css.hero}>
      <div className={css.opening}>
        <div className={css.words}>
          <h1>{text.search.heading}</h1>
          <p>{text.search.lead}</p>
        </div>
        <div className={css.arch}>
          <Scene seed={text.brand} />
        </div>
      </div>
      {children}
    </div>
  )
}
