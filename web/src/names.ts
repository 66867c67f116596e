/** A readable name made of a hotel's id, for lists that would otherwise ask for each hotel: "goa-beach" is "Goa Beach". */
export function placeName(propertyId: string): string {
  return propertyId
    .split(/[-_.]/)
    .filter(Boolean)
    .map((word) => word[0]?.toUpperCase() + word.slice(1))
    .join(' ')
}
