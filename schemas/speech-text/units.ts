// Signs of measure and money, in words. The longer sign is tried first.
export const units: Readonly<Record<string, string>> = {
  km: 'ki-lô-mét',
  'km²': 'ki-lô-mét vuông',
  km2: 'ki-lô-mét vuông',
  hm: 'héc-tô-mét',
  m: 'mét',
  'm²': 'mét vuông',
  m2: 'mét vuông',
  'm³': 'mét khối',
  m3: 'mét khối',
  dm: 'đề-xi-mét',
  cm: 'xăng-ti-mét',
  'cm²': 'xăng-ti-mét vuông',
  cm2: 'xăng-ti-mét vuông',
  'cm³': 'xăng-ti-mét khối',
  cm3: 'xăng-ti-mét khối',
  mm: 'mi-li-mét',
  ha: 'héc-ta',
  kg: 'ki-lô-gam',
  g: 'gam',
  mg: 'mi-li-gam',
  l: 'lít',
  ml: 'mi-li-lít',
  mL: 'mi-li-lít',
  V: 'vôn',
  kV: 'ki-lô-vôn',
  KV: 'ki-lô-vôn',
  W: 'oát',
  kW: 'ki-lô-oát',
  KW: 'ki-lô-oát',
  MW: 'mê-ga-oát',
  kWh: 'ki-lô-oát giờ',
  kwh: 'ki-lô-oát giờ',
  KWh: 'ki-lô-oát giờ',
  MWh: 'mê-ga-oát giờ',
  kVA: 'ki-lô-vôn ampe',
  mA: 'mi-li-ampe',
  Hz: 'héc',
  kHz: 'ki-lô-héc',
  MHz: 'mê-ga-héc',
  GHz: 'gi-ga-héc',
  dB: 'đề-xi-ben',
  MB: 'mê-ga-bai',
  GB: 'gi-ga-bai',
  hPa: 'héc-tô-pát-xcan',
  mmHg: 'mi-li-mét thủy ngân',
  '°C': 'độ xê',
  ºC: 'độ xê',
  oC: 'độ xê',
  '℃': 'độ xê',
  '°': 'độ',
  º: 'độ',
  h: 'giờ',
  p: 'phút',
  ph: 'phút',
  "'": 'phút',
  '’': 'phút',
  s: 'giây',
  '%': 'phần trăm',
  '‰': 'phần nghìn',
  đ: 'đồng',
  Đ: 'đồng',
  '₫': 'đồng',
  vnđ: 'đồng',
  VNĐ: 'đồng',
  VND: 'đồng',
  vnd: 'đồng',
  USD: 'đô la Mỹ',
  $: 'đô la Mỹ',
  EUR: 'ơ rô',
  '€': 'ơ rô',
  k: 'nghìn',
  K: 'nghìn',
  tr: 'triệu',
};

const escaped = (sign: string) => sign.replaceAll(/[$.*+?^()|[\]{}\\]/g, '\\$&');
const bySize = Object.keys(units).sort((a, b) => b.length - a.length);

export const unitSigns = bySize.map(escaped).join('|');

/** One sign, with nothing of a longer word after it. */
export const unitPattern = `(?:${unitSigns})(?![\\p{L}\\p{M}\\d])`;

/** Signs that are no words in any sentence, so they are read without an amount too. */
export const plainUnits: ReadonlySet<string> = new Set(
  'km km² km2 m² m2 m³ m3 cm cm² mm kg ml kV kW kWh MW MWh kVA mA Hz kHz MHz GHz dB mmHg hPa °C ºC ℃ VNĐ VND USD'.split(' '),
);

export function unitWords(sign: string, thousand: string): string {
  return sign === 'k' || sign === 'K' ? thousand : (units[sign] ?? sign);
}
