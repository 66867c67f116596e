import type { components } from './schema'

type Schemas = components['schemas']

export type Booking = Schemas['BookingView']
export type Quote = Schemas['Quote']
export type Hotel = Schemas['PropertyView']
export type Picture = Schemas['PictureView']
export type Plan = NonNullable<RoomType['plans']>[number]
export type RoomType = Schemas['RoomTypeView']
export type Price = Schemas['PriceView']
export type Line = Schemas['Line']
export type PolicyStep = Schemas['PolicyStepView']
export type Night = Schemas['NightView']
export type Cancellation = Schemas['Cancellation']
export type Refund = Schemas['Refund']
export type PaymentStart = Schemas['PaymentStart']
export type Finalized = Schemas['Finalized']
export type Wallet = Schemas['WalletView']
export type Entry = Schemas['EntryView']
export type TopUp = Schemas['TopUpView']
export type Guest = Schemas['GuestView']
export type GuestRequest = Schemas['GuestRequest']
export type Alternative = Schemas['Alternative']
export type RestrictionShown = Schemas['RestrictionShown']
export type OwnedHotel = Schemas['OwnedPropertyView']
export type Gateway = 'stripe' | 'razorpay'

export interface Stay {
  check_in: string
  check_out: string
  rooms: number
  /** Adults, where `children` are not empty. */
  guests: number
  /** The children's ages, with commas between. */
  children?: string
}

/** Who sleeps in which room, as the API has spread them: what a hold of them sends. */
export type Occupancy = Hotel['occupancy']
