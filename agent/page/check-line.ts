// How a line of the checklist is said: well, not well with reason and remedy, or not measured.
import type { CheckId, CheckLine, CheckState, Words } from './checklist.ts';

type Pair = readonly [vi: string, en: string];

const titles: Readonly<Record<CheckId, Pair>> = {
  power: ['Nguồn điện', 'Power'],
  card: ['Thẻ nhớ', 'Card'],
  modem: ['Sóng 4G và APN', 'Mobile signal and APN'],
  names: ['Phân giải tên miền', 'Name resolution'],
  time: ['Giờ', 'Time'],
  tls: ['Chứng thư', 'Certificate'],
  claim: ['Khai báo thiết bị', 'Enrolment'],
  centre: ['Kết nối trung tâm', 'Line to the centre'],
  amplifier: ['Tăng âm', 'Amplifier'],
  tone: ['Nghe thấy âm thử', 'Test tone heard'],
  screen: ['Màn hình', 'Screen'],
  place: ['Vị trí và ảnh', 'Position and photo'],
};

export const words = ([vi, en]: Pair): Words => ({ vi, en });

export function well(id: CheckId, value: Pair): CheckLine {
  return { id, title: words(titles[id]), state: 'ok', value: words(value), reason: null, remedy: null };
}

export function unwell(id: CheckId, state: Exclude<CheckState, 'ok'>, value: Pair, reason: Pair, remedy: Pair): CheckLine {
  return { id, title: words(titles[id]), state, value: words(value), reason: words(reason), remedy: words(remedy) };
}

/** Nothing is wrong: there is no such part here. */
export function notFitted(id: CheckId, remedy: Pair): CheckLine {
  const line = unwell(id, 'unknown', ['Không lắp', 'not fitted'], ['Hộp này không có phần này', 'this box has no such part'], remedy);
  return { ...line, absent: true };
}
