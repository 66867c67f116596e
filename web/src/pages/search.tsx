import { useInfiniteQuery } from '@tanstack/react-query'
import { search } from '../api/queries'
import type { Hotel, RoomType, Stay } from '../api/types'
import { More } from '../components/more'
import { Shown } from '../components/scene'
import { SearchForm } from '../components/search_form'
import { Bones } from '../components/skeleton'
import { Trouble } from '../components/trouble'
import ui from '../components/ui.module.css'
import { config } from '../config'
import { dateRange, todayIn } from '../format/dates'
import { money } from '../format/money'
import { text } from '../messages'
import { reasonOf } from '../messages/rules'
import { Link, useLocation, useSearch } from '../router'
import { askedIn, nightsOf, queryOf } from '../stay'
import css from './search.module.css'

const FEW = 3

export default function Search() {
  const [, go] = useLocation()
  const asked = askedIn(useSearch())
  const found = useInfiniteQuery(search(asked.city, asked.stay))
  const hotels = found.data?.pages.flatMap((page) => page.properties) ?? []
  const stay = asked.stay
  return (
    <div className={ui.stack}>
      <SearchForm
        asked={asked}
        destinations={config().destinations}
        today={todayIn(Intl.DateTimeFormat().resolvedOptions().timeZone)}
        onSearch={(query) => go(`/search?${query}`)}
      />
      <div className={ui.between}>
        <h1>{text.search.results(asked.city)}</h1>
        <p className={ui.soft} role="status">
          {found.data && text.search.count(hotels.length, found.hasNextPage)}
          {stay && ` · ${dateRange(stay.check_in, stay.check_out)}`}
        </p>
      </div>
      {found.error ? (
        <Trouble error={found.error} again={() => void found.refetch()} />
      ) : found.data ? (
        hotels.length > 0 ? (
          <>
            {!stay && <p className={ui.notice}>{text.search.addDates}</p>}
            <ul className={css.hotels}>
              {hotels.map((hotel) => (
                <li key={hotel.property_id}>
                  <HotelCard hotel={hotel} stay={stay} />
                </li>
              ))}
            </ul>
            <More of={found} label={text.search.more} />
          </>
        ) : (
          <div className={ui.notice}>
            <p>{text.search.none}</p>
            <p className={ui.soft}>{text.search.noneHint}</p>
          </div>
        )
      ) : (
        <Bones />
      )}
    </div>
  )
}

function HotelCard({ hotel, stay }: { hotel: Hotel; stay: Stay | undefined }) {
  const cheapest = cheapestOf(hotel.room_types)
  return (
    <article className={css.hotel}>
      <div className={css.art}>
        <Shown picture={hotel.picture} seed={hotel.property_id} sizes="(min-width: 42rem) 17rem, calc(100vw - 2rem)" />
      </div>
      <div className={css.body}>
        <div>
          <p className={ui.eyebrow}>{hotel.city}</p>
          <h2>
            <Link className={css.name} href={`/hotels/${hotel.property_id}${queryOf(stay)}`}>
              {hotel.name}
            </Link>
          </h2>
        </div>
        <ul className={css.offers}>
          {hotel.room_types.map((room) => (
            <Offer key={room.room_type_id} room={room} currency={hotel.currency} dated={stay !== undefined} />
          ))}
        </ul>
        {stay && cheapest?.pricing && (
          <p className={css.best}>
            <span className={ui.soft}>{text.search.from}</span>
            <span className={css.amount}>{money(cheapest.pricing.total_payable, hotel.currency)}</span>
            <span className={ui.soft}>
              {text.search.allIn(text.counts.nights(nightsOf(stay)), text.counts.rooms(stay.rooms))}
            </span>
          </p>
        )}
      </div>
    </article>
  )
}

function Offer({ room, currency, dated }: { room: RoomType; currency: string; dated: boolean }) {
  const few = room.available && room.rooms_free !== undefined && room.rooms_free !== null && room.rooms_free <= FEW
  return (
    <li className={css.offer} data-free={room.available ?? true}>
      <span>
        {room.name} {few && <span className={ui.tagWarn}>{text.search.left(room.rooms_free ?? 0)}</span>}
      </span>
      {dated ? (
        room.available && room.pricing ? (
          <span className={css.price}>{money(room.pricing.total_payable, currency)}</span>
        ) : (
          <span>{reasonOf(room)}</span>
        )
      ) : (
        <span>
          {text.search.from}{' '}
          <span className={css.price}>{money(room.discounted_price ?? room.base_price, currency)}</span>{' '}
          {text.hotel.perNight}
        </span>
      )}
    </li>
  )
}

/** The room type that is free and costs least: by comparing, which makes no new amount. */
function cheapestOf(rooms: readonly RoomType[]): RoomType | undefined {
  const free = rooms.filter((room) => room.available && room.pricing)
  return free.toSorted((a, b) => ((a.pricing?.total_payable ?? 0) < (b.pricing?.total_payable ?? 0) ? -1 : 1))[0]
}
