import type { Picture } from '../api/types'
import css from './scene.module.css'

const PALETTES = [
  ['#f3d9b8', '#e7a977', '#2f6a63', '#1d4540', '#f8ecd9'],
  ['#dbe6e4', '#a9c6c2', '#b7653f', '#7d3f28', '#f6e7cf'],
  ['#f0dcd0', '#d99a86', '#45566b', '#2b3848', '#f9efe2'],
  ['#e6e3d0', '#c3c08d', '#4d6b4a', '#2f4730', '#f7f1da'],
  ['#d6dfea', '#9db3cc', '#6a5a7a', '#40354e', '#f2e9dc'],
] as const

function hash(text: string): number {
  let value = 7
  for (const letter of text) value = (value * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003
  return value
}

/** A drawing in place of a picture that a hotel has not uploaded: always the same one for the same hotel. */
export function Scene({ seed }: { seed: string }) {
  const number = hash(seed)
  const [sky, glow, near, dark, light] = PALETTES[number % PALETTES.length] ?? PALETTES[0]
  const kind = Math.floor(number / 7) % 3
  const sun = 150 + (number % 100)
  return (
    <svg className={css.scene} viewBox="0 0 400 260" preserveAspectRatio="xMidYMid slice" aria-hidden>
      <rect width="400" height="260" fill={sky} />
      <circle cx={sun} cy="96" r="36" fill={light} />
      {kind === 0 && (
        <>
          <path d="M0 148C60 128 120 124 186 142S330 130 400 120V260H0Z" fill={glow} />
          <path d="M0 186C90 158 160 176 232 188S344 168 400 176V260H0Z" fill={near} />
          <path d="M0 226C80 206 190 232 262 222S360 210 400 216V260H0Z" fill={dark} />
        </>
      )}
      {kind === 1 && (
        <>
          <path d="M0 140H400V260H0Z" fill={glow} />
          <path
            d={`M${sun - 30} 152h60M${sun - 44} 166h72M${sun - 22} 180h58M${sun - 12} 194h26`}
            stroke={light}
            strokeWidth="4"
            strokeLinecap="round"
          />
          <path d="M0 140C36 126 74 124 118 140Z" fill={near} />
          <path d="M400 140C372 116 330 114 286 140Z" fill={near} />
          <path d="M0 218C96 196 170 226 256 216S356 200 400 212V260H0Z" fill={dark} />
        </>
      )}
      {kind === 2 && (
        <>
          <path d="M0 176L64 118L112 152L176 92L244 158L300 116L400 178V260H0Z" fill={glow} />
          <path d="M0 204L84 152L150 196L222 146L306 202L352 176L400 200V260H0Z" fill={near} />
          <path d="M0 232C90 210 180 236 262 226S360 214 400 222V260H0Z" fill={dark} />
        </>
      )}
    </svg>
  )
}

/** A hotel's picture, in the smallest size that is sharp; or a drawing. */
export function Shown({ picture, seed, sizes }: { picture: Picture | null | undefined; seed: string; sizes: string }) {
  const fallback = picture?.sizes.findLast((size) => size.type === 'image/jpeg')
  if (!picture || !fallback) return <Scene seed={seed} />
  const set = (type: string) =>
    picture.sizes
      .filter((size) => size.type === type)
      .map((size) => `${size.url} ${size.width}w`)
      .join(', ')
  return (
    <picture>
      <source type="image/avif" srcSet={set('image/avif')} sizes={sizes} />
      <img
        className={css.picture}
        src={fallback.url}
        srcSet={set('image/jpeg')}
        sizes={sizes}
        width={fallback.width}
        height={fallback.height}
        alt={picture.alt}
        loading="lazy"
        decoding="async"
      />
    </picture>
  )
}
