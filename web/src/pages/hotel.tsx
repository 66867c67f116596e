import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { hotel as hotelQuery, search } from '../api/queries'
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
import { Link, useLocation, useSearch } from '../router'
import { askedIn, nightsOf, queryOf } from '../stay'
import css from './hotel.module.css'

const PriceCalendar = lazy(() => import('../components/price_calendar'))
const MOST_PICTURES = 3

export default function HotelPage({ id }: { id: string }) {
  const found = useQuery(hotelQuery(id))
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />
  if (!found.data) return <Skeleton name="hotel" />
  return <HotelShown hotel={found.data} />
}

function HotelShown({ hotel }: { hotel: Hotel }) {
  const [, go] = useLocation()
  const asked = askedIn(useSearch())
  const stay = asked.stay
  const offered = useQuery({ ...search(hotel.city, stay), enabled: stay !== undefined })
  const offers = offered.data?.properties.find((one) => one.property_id === hotel.property_id)
  const rooms = stay ? (offers?.room_types ?? []) : hotel.room_types
  const choose = (chosen: Stay) => go(`/hotels/${hotel.property_id}${queryOf(chosen)}`)

  return (
    <article className={ui.stack} itemScope itemType="https://schema.org/Hotel">
      <header className={ui.tight}>
        <p className={ui.eyebrow}>{hotel.city}</p>
        <h1 itemProp="name">{hotel.name}</h1>
        {hotel.address && (
          <p className={ui.soft} itemProp="address">
            {hotel.address}
          </p>
        )}
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
            {offered.error ? (
              <Trouble error={offered.error} again={() => void offered.refetch()} />
            ) : stay && offered.isPending ? (
              <Bones />
            ) : (
              <ul className={css.rooms}>
                {rooms.map((room) => (
                  <li key={room.room_type_id}>
                    <RoomCard
                      hotel={hotel}
                      room={room}
                      about={hotel.room_types.find((one) => one.room_type_id === room.room_type_id)}
                      stay={stay}
                    />
                  </li>
                ))}
              </ul>
            )}
          </section>
          <Free hotel={hotel} stay={stay} rooms={asked.rooms} guests={asked.guests} onChoose={choose} />
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
    <div className={css.gallery} data-many={pictures.length === MOST_PICTURES}>
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
  stay: Stay | undefined
  rooms: number
  guests: number
  onChoose: (stay: Stay) => void
}

/** The calendar of one room type, and the same choice by a plain form. */
function Free({ hotel, stay, rooms, guests, onChoose }: FreeProps) {
  const [, go] = useLocation()
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
                onChoose={(check_in, check_out) => onChoose({ check_in, check_out, rooms, guests })}
              />
            </Suspense>
          </div>
        </div>
      )}
      <SearchForm
        asked={{ city: hotel.city, rooms, guests, stay }}
        today={todayIn(hotel.timezone)}
        onSearch={(query) => {
          const wanted = askedIn(query)
          const here = wanted.city === hotel.city
          go(here ? `/hotels/${hotel.property_id}${queryOf(wanted.stay)}` : `/search?${query}`)
        }}
      />
    </section>
  )
}
