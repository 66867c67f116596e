import css from './difference.module.css'

const LONGEST = 600 // words of a text: more would keep the page busy

interface Piece {
  /** Which word it begins with. */
  at: number
  text: string
  kept: boolean
}

/** The words of `mine`, each with whether `other` has it, too, in this order. */
export function pieces(mine: string, other: string): Piece[] {
  const [a, b] = [split(mine), split(other)]
  if (a.length > LONGEST || b.length > LONGEST) return [{ at: 0, text: mine, kept: mine === other }]
  const kept = common(a, b)
  const found: Piece[] = []
  a.forEach((word, index) => {
    const last = found.at(-1)
    const is = kept.has(index)
    if (last?.kept === is) last.text += word
    else found.push({ at: index, text: word, kept: is })
  })
  return found
}

function split(text: string): string[] {
  return text.match(/\s+|[^\s]+/g) ?? []
}

/** Which words of `a` belong to the longest sequence that both have. */
function common(a: string[], b: string[]): Set<number> {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const [row, next] = [lengths[i], lengths[i + 1]] as [Uint16Array, Uint16Array]
      row[j] = a[i] === b[j] ? (next[j + 1] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  const kept = new Set<number>()
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      kept.add(i)
      i += 1
      j += 1
    } else if ((lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0)) i += 1
    else j += 1
  }
  return kept
}

/** Lines of one side; what the other side does not have is marked, by more than its colour. */
export function Side({ mine, other, was }: { mine: readonly string[]; other: readonly string[]; was: boolean }) {
  const Mark = was ? 'del' : 'ins'
  const only = mine.length === 1 && other.length === 1
  return (
    <ul className={css.lines}>
      {mine.map((line) => (
        <li key={line}>
          {only ? (
            pieces(line, other[0] ?? '').map((piece) =>
              piece.kept ? (
                piece.text
              ) : (
                <Mark className={css[Mark]} key={piece.at}>
                  {piece.text}
                </Mark>
              ),
            )
          ) : other.includes(line) ? (
            line
          ) : (
            <Mark className={css[Mark]}>{line}</Mark>
          )}
        </li>
      ))}
    </ul>
  )
}
