import { useEffect, useState } from 'react'
import type { SeenBooking } from '../api/queries'
import { clock } from '../format/dates'
import { text } from '../messages'
import css from './timer.module.css'
import ui from './ui.module.css'

const SPOKEN_AT = [30, 120, 300]

/** The server's whole seconds, counted down by a clock that nobody can set; fetching the booking again corrects them.
    Below zero once the hold is over: at zero, a part of its last second is left. */
export function useSecondsLeft({ booking, arrivedAt }: SeenBooking): number {
  const passed = () => Math.floor((performance.now() - arrivedAt) / 1000)
  const [, setTick] = useState(0)
  useEffect(() => {
    const ticking = setInterval(() => setTick((tick) => tick + 1), 500)
    return () => clearInterval(ticking)
  }, [])
  return Math.max(-1, booking.reservation_seconds_left - passed())
}

export function Timer({ seconds: left }: { seconds: number }) {
  const seconds = Math.max(0, left)
  return (
    <>
      <div className={css.timer} role="timer" data-soon={seconds <= 120}>
        <span>{text.hold.heldFor}</span>
        <span className={css.clock}>{clock(seconds)}</span>
      </div>
      <Spoken seconds={seconds} />
    </>
  )
}

/** Says the time three times, and not each second. */
function Spoken({ seconds }: { seconds: number }) {
  const passed = SPOKEN_AT.find((mark) => seconds <= mark)
  const said = passed && text.hold.spoken[passed]
  return (
    <p className={ui.hidden} aria-live="polite">
      {seconds === 0 ? text.hold.ended : said ? text.hold.endsSoon(said) : ''}
    </p>
  )
}
