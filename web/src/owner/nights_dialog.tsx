/** A change of nights in three steps: what is wanted, what it would do, and what it did, which can be undone. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, own } from '../api/client'
import { Dialog } from '../components/dialog'
import ui from '../components/ui.module.css'
import { dateRange } from '../format/dates'
import { text } from '../messages'
import { ownerText } from '../messages/owner'
import { UndoButton } from './history'
import { Moves } from './moves'
import { NightsForm, type Wanted } from './nights_form'
import css from './owner.module.css'
import { ofRoomType, useRefresh } from './queries'
import { OwnerTrouble } from './trouble'
import type { Changed, OwnRoomType } from './types'

const words = ownerText.nights

interface Of {
  room: OwnRoomType
  result: Changed
}

/** A refusal, with the room type that it is about and what was done before it. */
class RefusedRoom extends Error {
  constructor(
    readonly room: OwnRoomType,
    readonly reason: unknown,
    readonly done: readonly Of[],
  ) {
    super(room.name)
  }
}

interface Props {
  rooms: readonly OwnRoomType[]
  currency: string
  wanted: Wanted
  onClose: () => void
}

export function NightsDialog({ rooms, currency, wanted: first, onClose }: Props) {
  const [wanted, setWanted] = useState(first)
  const refresh = useRefresh()
  const sending = useMutation({
    mutationFn: ({ asked, dry_run }: { asked: Wanted; dry_run: boolean }) => send(rooms, asked, dry_run),
    onSettled: (_data, _error, { dry_run }) => {
      if (!dry_run) void refresh()
    },
    retry: false,
  })
  const isReal = sending.variables?.dry_run === false
  const isDone = sending.data !== undefined && isReal
  const isSeen = sending.data !== undefined && !isReal
  const refused = sending.error instanceof RefusedRoom ? sending.error : undefined
  const changes = sending.data?.some(({ result }) => result.changed > 0) ?? false

  return (
    <Dialog heading={isDone ? words.done : isSeen ? words.preview : words.heading} onClose={onClose}>
      {(close) => (
        <>
          {sending.error && (
            <div className={ui.tight}>
              {refused && <p className={ui.label}>{refused.room.name}</p>}
              <OwnerTrouble error={refused?.reason ?? sending.error} />
              {isReal && refused && refused.done.length > 0 && (
                <>
                  <p className={ui.label}>{words.doneBefore}</p>
                  <Applied to={refused.done} />
                </>
              )}
            </div>
          )}
          {!isSeen && !isDone && (
            <NightsForm
              rooms={rooms}
              currency={currency}
              wanted={wanted}
              pending={sending.isPending}
              onSubmit={(asked) => {
                setWanted(asked)
                sending.mutate({ asked, dry_run: true })
              }}
              onCancel={close}
            />
          )}
          {isSeen && (
            <>
              {sending.data.map(({ room, result }) => (
                <Preview key={room.room_type_id} room={room} result={result} currency={currency} />
              ))}
              <div className={ui.row}>
                {changes && (
                  <button
                    className={ui.button}
                    type="button"
                    onClick={() => sending.mutate({ asked: wanted, dry_run: false })}
                  >
                    {words.apply}
                  </button>
                )}
                <button className={ui.quiet} type="button" onClick={() => sending.reset()}>
                  {words.edit}
                </button>
              </div>
            </>
          )}
          {isDone && (
            <>
              <Applied to={sending.data} />
              <p>
                <button className={ui.button} type="button" onClick={close}>
                  {words.close}
                </button>
              </p>
            </>
          )}
        </>
      )}
    </Dialog>
  )
}

function Applied({ to }: { to: readonly Of[] }) {
  return (
    <ul className={ui.tight} role="status">
      {to.map(({ room, result }) => (
        <li className={ui.between} key={room.room_type_id}>
          <span>{words.changed(room.name, text.counts.nights(result.changed))}</span>
          {result.change_id && (
            <UndoButton roomTypeId={room.room_type_id} changeId={result.change_id} label={room.name} />
          )}
        </li>
      ))}
    </ul>
  )
}

/** One call a room type: each is all or nothing by itself. */
async function send(rooms: readonly OwnRoomType[], { rooms: ids, change }: Wanted, dry_run: boolean): Promise<Of[]> {
  const done: Of[] = []
  for (const room of rooms.filter((one) => ids.includes(one.room_type_id))) {
    const body = { changes: [change], dry_run }
    try {
      const call = own().PUT('/room-types/{room_type_id}/calendar', { ...ofRoomType(room.room_type_id), body })
      done.push({ room, result: await answer(call) })
    } catch (error) {
      throw new RefusedRoom(room, error, done)
    }
  }
  return done
}

function Preview({ room, result, currency }: Of & { currency: string }) {
  const holds = result.live_holds ?? []
  const shown = result.shown_prices ?? []
  return (
    <section className={ui.tight}>
      <h3>{room.name}</h3>
      {result.changed === 0 ? (
        <p className={ui.soft}>{words.unchanged}</p>
      ) : (
        <>
          <p>{words.wouldChange(text.counts.nights(result.changed))}</p>
          <Moves moves={result.would_change ?? []} currency={currency} />
        </>
      )}
      {shown.length > 0 && (
        <details className={css.more}>
          <summary>{words.shown}</summary>
          <Moves
            moves={shown.map(({ night, before, after }) => ({ night, field: 'price', before, after }))}
            currency={currency}
          />
        </details>
      )}
      {holds.length > 0 && (
        <div className={ui.notice}>
          <p>{words.holds(holds.length)}</p>
          <ul className={ui.soft}>
            {holds.map((hold) => (
              <li key={hold.booking_id}>
                {dateRange(hold.check_in, hold.check_out)}, {text.counts.rooms(hold.rooms)}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}
