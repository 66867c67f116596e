import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import { codeOf } from '../api/problem'
import { hotel as hotelQuery } from '../api/queries'
import type { Hotel, Stay } from '../api/types'
import { Policy } from '../components/policy'
import { RoomCard } from '../components/room_card'
import { Shown } from '../components/scene'
import { SearchForm } from '../components/search_form'
import { Bones, Skeleton } from '../components/skeleton'
import { Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { dateRange, isElsewhere, todayIn, zoneName } from '../format/dates'
import { text } from '../messages'
import { go, Link, useSearch } from '../router'
import { type Asked, askedIn, nightsOf, queryOf } from '../stay'
import css from './hotel.module.css'

const PriceCalendar = lazy(() => import('../components/price_calendar'))
const MOST_PICTURES = 3

export default function HotelPage({ id }: { id: string }) {
  const asked = askedIn(useSearch())
  const dated = useQuery({ ...hotelQuery(id, asked.stay), placeholderData: keepPreviousData })
  const refused = asked.stay && codeOf(dated.error) === 'invalid_request' ? dated.error : undefined
  const plain = useQuery({ ...hotelQuery(id), enabled: refused !== undefined })
  const found = refused ? plain : dated
  useHead(found.data)
  if (found.data) return <HotelShown hotel={found.data} asked={asked} waiting={found.isPlaceholderData} bad={refused} />
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />
  return <Skeleton name="hotel" />
}

/** Search engines and tabs know the page by the hotel's own name, and by one address whatever the dates. */
function useHead(hotel: Hotel | undefined) {
  useEffect(() => {
    if (!hotel) return
    // After the page's own title, which its route sets in the same moment.
    queueMicrotask(() => {
      document.title = text.hotel.title(hotel.name, hotel.city)
    })
    const link = document.head.appendChild(document.createElement('link'))
    link.rel = 'canonical'
    link.href = `${location.origin}/hotels/${hotel.property_id}`
    const description = document.querySelector<HTMLMetaElement>('meta[name=description]')
    if (description && hotel.description) description.content = hotel.description.slice(0, 160)
    return () => link.remove()
  }, [hotel])
}

interface ShownProps {
  hotel: Hotel
  asked: Asked
  waiting: boolean
  bad: unknown
}

/** `bad` is the refusal of the stay that was asked for: the hotel is shown without dates, and the form to mend them. */
function HotelShown({ hotel, asked, waiting, bad }: ShownProps) {
  const stay = bad !== undefined ? undefined : asked.stay
  const choose = (chosen: Stay) => go(`/hotels/${hotel.property_id}${queryOf(chosen)}`)

  return (
    <article className={ui.stack} itemScope itemType="https://schema.org/Hotel">
      <header className={ui.tight}>
        <meta itemProp="identifier" content={hotel.property_id} />
        <p className={ui.eyebrow}>{hotel.city}</p>
        <h1 itemProp="name">{hotel.name}</h1>
        <p className={ui.soft} itemProp="address" itemScope itemType="https://schema.org/PostalAddress">
          {hotel.address && (
            <>
              <span itemProp="streetAddress">{hotel.address}</span>,{' '}
            </>
          )}
          <span itemProp="addressLocality">{hotel.city}</span>
          <meta itemProp="addressCountry" content={hotel.country} />
        </p>
      </header>
      <Gallery hotel={hotel} />
      <div className={css.columns}>
        <div className={ui.stack}>
          {hotel.description && (
            <p className={css.prose} itemProp="description">
              {hotel.description}
            </p>
          )}
          <section className={ui.stack} aria-labelledby="rooms">
            <div className={ui.between}>
              <h2 id="rooms">{text.hotel.rooms}</h2>
              <p className={ui.soft}>
                {stay
                  ? `${dateRange(stay.check_in, stay.check_out)} · ${text.counts.nights(nightsOf(stay))}`
                  : text.hotel.noDates}
              </p>
            </div>
            {bad !== undefined && (
              <>
                <Trouble error={bad} />
                <StayForm hotel={hotel} asked={asked} />
              </>
            )}
            {waiting ? (
              <Bones />
            ) : (
              <ul className={css.rooms}>
                {hotel.room_types.map((room) => (
                  <li key={room.room_type_id}>
                    <RoomCard hotel={hotel} room={room} stay={stay} />
                  </li>
                ))}
              </ul>
            )}
          </section>
          <Free hotel={hotel} asked={{ ...asked, stay }} form={bad === undefined} onChoose={choose} />
        </div>
        <aside className={`${ui.stack} ${css.aside}`}>
          <section className={`${ui.card} ${ui.tight}`}>
            <h2>{text.hotel.policy}</h2>
            <Policy steps={hotel.cancellation_policy} checkIn={stay?.check_in} />
          </section>
          {hotel.amenities && hotel.amenities.length > 0 && (
            <section className={ui.tight}>
              <h2>{text.hotel.amenities}</h2>
              <ul className={css.amenities}>
                {hotel.amenities.map((amenity) => (
                  <li className={ui.tag} key={amenity}>
                    {amenity}
                  </li>
                ))}
              </ul>
            </section>
          )}
          {isElsewhere(hotel.timezone) && <p className={ui.soft}>{text.localTime(zoneName(hotel.timezone))}</p>}
          <p>
            <Link href={`/search${queryOf(stay, { city: hotel.city })}`}>{text.search.results(hotel.city)}</Link>
          </p>
        </aside>
      </div>
    </article>
  )
}

function Gallery({ hotel }: { hotel: Hotel }) {
  const pictures = (hotel.pictures ?? []).slice(0, MOST_PICTURES)
  const sizes = '(min-width: 70rem) 46rem, 100vw'
  return (
    <div className={css.gallery} data-pictures={pictures.length}>
      {pictures.length === 0 ? (
        <Shown picture={undefined} seed={hotel.property_id} sizes={sizes} />
      ) : (
        pictures.map((picture) => (
          <Shown key={picture.image_id} picture={picture} seed={hotel.property_id} sizes={sizes} />
        ))
      )}
    </div>
  )
}

interface FreeProps {
  hotel: Hotel
  asked: Asked
  form: boolean
  onChoose: (stay: Stay) => void
}

/** The calendar of one room type, and the same choice by a plain form. */
function Free({ hotel, asked, form, onChoose }: FreeProps) {
  const { stay, rooms, guests, children } = asked
  const [chosen, setChosen] = useState(hotel.room_types[0]?.room_type_id ?? '')
  return (
    <section className={ui.stack} aria-labelledby="free">
      <h2 id="free">{text.hotel.calendar}</h2>
      {chosen && (
        <div className={`${ui.card} ${ui.tight}`}>
          <div className={ui.between}>
            <label className={ui.field}>
              <span className={ui.label}>{text.hotel.calendarRoom}</span>
              <select className={ui.input} value={chosen} onChange={(event) => setChosen(event.target.value)}>
                {hotel.room_types.map((room) => (
                  <option key={room.room_type_id} value={room.room_type_id}>
                    {room.name}
                  </option>
                ))}
              </select>
            </label>
          </div>
          <p className={ui.soft}>{text.hotel.calendarHint}</p>
          <div className={css.calendarSpace}>
            <Suspense fallback={<Bones />}>
              <PriceCalendar
                key={chosen}
                roomTypeId={chosen}
                today={todayIn(hotel.timezone)}
                stay={stay}
                rooms={rooms}
                onChoose={(check_in, check_out) =>
                  onChoose({ check_in, check_out, rooms, guests, ...(children && { children }) })
                }
              />
            </Suspense>
          </div>
        </div>
      )}
      {form && <StayForm hotel={hotel} asked={asked} />}
    </section>
  )
}

function StayForm({ hotel, asked }: { hotel: Hotel; asked: Asked }) {
  return (
    <SearchForm
      asked={{ ...asked, city: hotel.city }}
      today={todayIn(hotel.timezone)}
      onSearch={(query) => {
        const wanted = askedIn(query)
        const here = wanted.city === hotel.city
        go(here ? `/hotels/${hotel.property_id}${queryOf(wanted.stay)}` : `/search?${query}`)
      }}
    />
  )
}
