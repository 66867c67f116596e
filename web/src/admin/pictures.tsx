import { Shown } from '../components/scene'
import ui from '../components/ui.module.css'
import { type Picture, placeOf, type RoomNames } from './content'
import diff from './difference.module.css'
import css from './pictures.module.css'
import type { Revision } from './queries'

interface Props {
  mine: readonly Picture[]
  other: readonly Picture[]
  rooms: RoomNames
  known: NonNullable<Revision['pictures']>
  was: boolean
}

/** The pictures of one side; what the other side does not have, has elsewhere or says otherwise, is marked. */
export function Pictures({ mine, other, rooms, known, was }: Props) {
  const Mark = was ? 'del' : 'ins'
  const marked = (text: string, same: boolean) => (same ? text : <Mark className={diff[Mark]}>{text}</Mark>)
  return (
    <ul className={css.pictures}>
      {mine.map((picture, index) => {
        const { image_id, alt, room_type_id = null } = picture
        const at = other.findIndex((one) => one.image_id === image_id)
        const twin = other[at]
        const [place, room] = placeOf(picture, index, rooms)
        return (
          <li key={image_id}>
            <div className={css.picture}>
              <Shown picture={known.find((one) => one.image_id === image_id)} seed={image_id} sizes="14rem" />
            </div>
            <p>{marked(alt, twin?.alt === alt)}</p>
            <p className={ui.soft}>
              {marked(place, at === index)},{' '}
              {marked(room, twin !== undefined && (twin.room_type_id ?? null) === room_type_id)}
            </p>
          </li>
        )
      })}
    </ul>
  )
}
