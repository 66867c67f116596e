/** Who changed a calendar, when and from what to what; and taking one of the changes back. */
import { useMutation } from '@tanstack/react-query'
import { answer, own } from '../api/client'
import { useUserId } from '../auth/session'
import { Dialog } from '../components/dialog'
import { Bones } from '../components/skeleton'
import ui from '../components/ui.module.css'
import { instantAt } from '../format/dates'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import { soldBy } from './hotel_frame'
import { rangeText, valueText } from './moves'
import css from './owner.module.css'
import { useChanges, useRefresh } from './queries'
import { OwnerTrouble } from './trouble'
import type { Change, Draft, OwnRoomType } from './types'

const words = ownerText.history

interface Props {
  hotel: Draft
  room: OwnRoomType
  onClose: () => void
}

export function HistoryDialog({ hotel, room, onClose }: Props) {
  const found = useChanges(hotel.property_id, room.room_type_id)
  const changes = found.data?.pages.flatMap((page) => page.changes) ?? []
  return (
    <Dialog heading={words.heading(room.name)} onClose={onClose}>
      {(close) => (
        <>
          {found.error ? (
            <OwnerTrouble error={found.error} again={() => void found.refetch()} />
          ) : !found.data ? (
            <Bones />
          ) : changes.length === 0 ? (
            <p className={ui.soft}>{words.none}</p>
          ) : (
            <ol className={css.history}>
              {changes.map((change) => (
                <li key={change.change_id}>
                  <Line hotel={hotel} room={room} change={change} />
                </li>
              ))}
            </ol>
          )}
          <div className={ui.row}>
            <button className={ui.button} type="button" onClick={close}>
              {ownerText.nights.close}
            </button>
            {found.hasNextPage && (
              <button className={ui.quiet} type="button" onClick={() => void found.fetchNextPage()}>
                {words.more}
              </button>
            )}
          </div>
        </>
      )}
    </Dialog>
  )
}

function Line({ hotel, room, change }: { hotel: Draft; room: OwnRoomType; change: Change }) {
  const me = useUserId()
  const { currency, timezone } = soldBy(hotel)
  const names: Record<string, string> = ownerText.nights.fields
  const when = instantAt(change.at, timezone)
  const values = (field: string, list: readonly (number | boolean | null)[]) =>
    list.map((value) => valueText(field, value, currency)).join(', ')
  return (
    <article className={ui.tight}>
      <div>
        <h3 className={css.lineHeading}>{rangeText(change.first_night, change.last_night)}</h3>
        <p className={ui.soft}>
          {when} · {words.by(change.by === me ? words.you : change.by)} · {text.counts.nights(change.changed)}
        </p>
      </div>
      <ul className={css.bullets}>
        {change.fields.map(({ field, before, after }) => (
          <li key={field}>
            {names[field] ?? field}: {values(field, before)} → <strong>{values(field, after)}</strong>
          </li>
        ))}
      </ul>
      {change.undoes && <p className={ui.tag}>{words.isUndo}</p>}
      {change.undone_by ? (
        <p>
          <span className={ui.tag}>{words.undone}</span>
        </p>
      ) : (
        <UndoButton
          roomTypeId={room.room_type_id}
          changeId={change.change_id}
          label={rangeText(change.first_night, change.last_night)}
        />
      )}
    </article>
  )
}

/** Puts back what the change found; nights that were changed again since are left, and named. */
export function UndoButton({ roomTypeId, changeId, label }: { roomTypeId: string; changeId: string; label: string }) {
  const refresh = useRefresh()
  const undoing = useMutation({
    mutationFn: async () => {
      const params = { path: { room_type_id: roomTypeId, change_id: changeId } }
      const undone = await answer(
        own().POST('/room-types/{room_type_id}/calendar/changes/{change_id}/undo', { params }),
      )
      await refresh()
      return undone
    },
  })
  if (undoing.data) {
    return (
      <span className={ui.soft} role="status">
        {words.undid(text.counts.nights(undoing.data.changed))}
        {undoing.data.kept.length > 0 && ` ${words.kept(undoing.data.kept.length)}`}
      </span>
    )
  }
  return (
    <div className={ui.tight}>
      {undoing.error && <OwnerTrouble error={undoing.error} />}
      <p>
        <button
          className={`${ui.quiet} ${ui.small}`}
          type="button"
          aria-disabled={undoing.isPending}
          onClick={() => undoing.isPending || undoing.mutate()}
        >
          {undoing.isPending ? words.undoing : words.undo}
          <span className={ui.hidden}> {label}</span>
        </button>
      </p>
    </div>
  )
}
