import type { Problem } from '../api/problem'
import type { components } from '../api/schema'

type Schemas = components['schemas']

export type Draft = Schemas['DraftView']
export type DraftChange = Schemas['DraftChange']
export type PolicyStep = Schemas['PolicyStepRequest']
export type TaxTable = Schemas['TaxTableRequest']
export type OwnRoomType = Schemas['OwnRoomTypeView']
export type RoomTypeChange = Schemas['RoomTypeChange']
export type NamedPlan = Schemas['NamedPlanRequest']
export type Occupancy = Schemas['OccupancyRequest']
export type Checklist = Schemas['ChecklistView']
export type OwnImage = Schemas['ImageView']
export type OwnNight = Schemas['AriNight']
export type NightsChange = Schemas['NightsRequest']
export type Changed = Schemas['CalendarChanged']
export type NightMove = Schemas['NightMoveView']
export type Change = Schemas['holdfast__views__calendar__ChangeView']
export type Block = Schemas['BlockView']
export type BlockRequest = Schemas['BlockRequest']
export type BoardView = Schemas['BoardView']
export type ArrivalList = Schemas['ArrivalList']
export type BoardRoomType = Schemas['BoardRoomTypeView']
export type BoardStay = Schemas['BoardStayView']
export type Arrival = Schemas['ArrivalView']
export type Party = Schemas['PartyView']
export type DeskBooking = Schemas['DeskBookingDetail']
export type DeskCancel = Schemas['DeskCancelRequest']

/** What the codes of owners' routes add to a problem document. */
export type OwnerProblem = Omit<Problem, 'nights'> & {
  nights?: (string | Schemas['TakenNight'])[]
  bookings?: Schemas['FutureBooking'][]
  version?: number
}
