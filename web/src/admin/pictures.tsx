import { Shown } from '../components/scene'
import diff from './difference.module.css'
import css from './pictures.module.css'
import type { Revision } from './queries'

interface Named {
  image_id: string
  alt: string
}

interface Props {
  mine: readonly Named[]
  other: readonly Named[]
  known: NonNullable<Revision['pictures']>
  was: boolean
}

/** The pictures of one side; what the other side does not have, or says otherwise, is marked. */
export function Pictures({ mine, other, known, was }: Props) {
  const Mark = was ? 'del' : 'ins'
  return (
    <ul className={css.pictures}>
      {mine.map(({ image_id, alt }) => (
        <li key={image_id}>
          <div className={css.picture}>
            <Shown picture={known.find((one) => one.image_id === image_id)} seed={image_id} sizes="14rem" />
          </div>
          <p>
            {other.some((one) => one.image_id === image_id && one.alt === alt) ? (
              alt
            ) : (
              <Mark className={diff[Mark]}>{alt}</Mark>
            )}
          </p>
        </li>
      ))}
    </ul>
  )
}
