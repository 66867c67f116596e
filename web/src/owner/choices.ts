/** What can be chosen for a hotel, by the names that the browser has for it. */
import { locale } from '../format/locale'

interface Choice {
  value: string
  name: string
}

const COUNTRIES =
  'AD AE AF AG AI AL AM AO AR AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FO FR GA GB GD GE GF GH GI GL GM GN GP GQ GR GT GW GY HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MQ MR MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NZ OM PA PE PF PG PH PK PL PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TC TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VN VU WS XK YE ZA ZM ZW'
const CURRENCIES =
  'AED ALL AMD ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BZD CAD CHF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PEN PGK PHP PKR PLN PYG QAR RON RSD RWF SAR SCR SEK SGD SZL THB TJS TND TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XOF XPF ZAR ZMW'
/** Names that a browser still has from before their cities were renamed. */
const RENAMED: Record<string, string> = {
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Europe/Kiev': 'Europe/Kyiv',
}

function named(codes: string, type: 'region' | 'currency'): Choice[] {
  const names = new Intl.DisplayNames(locale, { type })
  const found = codes.split(' ').map((value) => ({ value, name: names.of(value) ?? value }))
  return found.toSorted((a, b) => a.name.localeCompare(b.name, locale))
}

export function countries(): Choice[] {
  return named(COUNTRIES, 'region')
}

export function currencies(): Choice[] {
  return named(CURRENCIES, 'currency').map(({ value, name }) => ({ value, name: `${name} (${value})` }))
}

/** With the one that is there already, whatever this browser calls it. */
export function timezones(chosen: string | null | undefined): Choice[] {
  const known = Intl.supportedValuesOf('timeZone').map((zone) => RENAMED[zone] ?? zone)
  const all = [...new Set([...known, ...(chosen ? [chosen] : [])])].toSorted()
  return all.map((value) => ({ value, name: value.replaceAll('_', ' ').replaceAll('/', ' / ') }))
}
