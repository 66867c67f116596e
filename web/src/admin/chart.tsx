import { shortDate } from '../format/dates'
import { adminText } from '../messages/admin'
import css from './chart.module.css'

export interface Point {
  date: string
  /** Where the bar ends; null where there is nothing to show. */
  value: number | null
  /** The value in words, and what it is made of. */
  shown: string
  made: string
}

const WIDTH = 600
const HEIGHT = 120
const GAP = 0.22 // of a day's place, between bars

interface Props {
  title: string
  text: string
  /** Of all days together. */
  total: string
  points: readonly Point[]
  /** What the top of the chart stands for; the largest value where it is not fixed. */
  top?: number
  axis: (value: number) => string
  column: string
}

/** Bars by day, drawn as they are; the same as a table for whoever reads instead of looks. */
export function Chart({ title, text, total, points, top, axis, column }: Props) {
  const highest = top ?? Math.max(1, ...points.map((point) => point.value ?? 0))
  const place = WIDTH / Math.max(points.length, 1)
  const words = adminText.figures
  return (
    <figure className={css.figure}>
      <figcaption>
        <h2 className={css.title}>{title}</h2>
        <p className={css.total}>{total}</p>
        <p className={css.text}>{text}</p>
      </figcaption>
      <div aria-hidden className={css.drawing}>
        <p className={css.axis}>{points.some((point) => point.value !== null) ? axis(highest) : words.none}</p>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
          <path className={css.grid} d={`M0 0.5H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}`} />
          {points.map((point, index) => {
            if (point.value === null) return null
            const tall = Math.max(2, (Math.min(point.value, highest) / highest) * HEIGHT)
            return (
              <rect
                className={css.bar}
                key={point.date}
                x={(index + GAP / 2) * place}
                y={HEIGHT - tall}
                width={place * (1 - GAP)}
                height={tall}
              />
            )
          })}
        </svg>
        <p className={css.dates}>
          <span>{shortDate(points[0]?.date ?? '')}</span>
          <span>{shortDate(points.at(-1)?.date ?? '')}</span>
        </p>
      </div>
      <details className={css.table}>
        <summary>
          {words.table}
          <span className={css.hidden}>: {title}</span>
        </summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.day}</th>
              <th scope="col">{words.value}</th>
              <th scope="col">{column}</th>
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={point.date}>
                <th scope="row">{shortDate(point.date)}</th>
                <td>{point.shown}</td>
                <td>{point.made}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}
