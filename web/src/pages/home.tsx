import { Opening } from '../components/opening'
import { Scene } from '../components/scene'
import { SearchForm } from '../components/search_form'
import { config } from '../config'
import { todayIn } from '../format/dates'
import { text } from '../messages'
import { Link, useLocation } from '../router'
import css from './home.module.css'

export default function Home() {
  const [, go] = useLocation()
  const places = config().destinations
  return (
    <>
      <Opening>
        <SearchForm
          destinations={places}
          today={todayIn(Intl.DateTimeFormat().resolvedOptions().timeZone)}
          onSearch={(query) => go(`/search?${query}`)}
        />
      </Opening>
      {places.length > 0 && (
        <section className={css.section}>
          <h2>{text.search.destinations}</h2>
          <ul className={css.places}>
            {places.map((place) => (
              <li key={place}>
                <Link className={css.place} href={`/search?${new URLSearchParams({ city: place })}`}>
                  <div className={css.art}>
                    <Scene seed={place} />
                  </div>
                  <span className={css.name}>{place}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}
