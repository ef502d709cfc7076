// Lines of the checklist on what the box stands on: its power, its card, its mobile line.
import { notFitted, unwell, well } from './check-line.ts';
import type { CheckLine, Readings } from './checklist.ts';

type Modem = NonNullable<Readings['modem']>;
type Pair = readonly [vi: string, en: string];

/** A card this far used is changed at the next visit, and this far before it fails. */
const wearWarnPercent = 80;
const wearBadPercent = 95;
/** Below this a line breaks off in rain and under load, and this low it hardly ever stands (3GPP TS 36.133 reports −140 to −44 dBm). */
const weakDbm = -105;
const hardlyDbm = -115;

export function powerLine({ mainsPresent, underVoltage }: Readings): CheckLine {
  if (underVoltage?.now)
    return unwell(
      'power',
      'bad',
      ['Điện 5 V bị sụt', '5 V is too low'],
      ['Bộ nguồn yếu hoặc dây quá dài', 'the supply is weak or its cable too long'],
      ['Thay bộ nguồn 5 V/3 A, dùng dây ngắn và to hơn', 'fit a 5 V/3 A supply with a shorter, thicker cable'],
    );
  if (!mainsPresent)
    return unwell(
      'power',
      'warn',
      ['Chạy ắc quy', 'on battery'],
      ['Không có điện lưới', 'the mains are away'],
      ['Kiểm tra công tơ, cầu dao và cầu chì', 'check meter, breaker and fuse'],
    );
  return well('power', underVoltage ? ['Điện lưới, 5 V đủ', 'mains, 5 V is firm'] : ['Điện lưới', 'mains']);
}

export function cardLine({ disk: { freeBytes, lowBytes, writes }, wear }: Readings): CheckLine {
  if (!writes)
    return unwell(
      'card',
      'bad',
      ['Không ghi được', 'takes no writes'],
      ['Thẻ hỏng, đầy hoặc chỉ đọc', 'the card is broken, full or read-only'],
      ['Thay thẻ nhớ rồi khai báo lại hộp', 'change the card, then enrol the box again'],
    );
  if (freeBytes === null)
    return unwell(
      'card',
      'unknown',
      ['Chưa đo', 'not measured yet'],
      ['Hộp vừa khởi động', 'the box has just started'],
      ['Chờ một phút', 'wait a minute'],
    );
  const free = mebibytes(freeBytes);
  const used: readonly [string, string] = wear ? [`; đã mòn ${wear.usedPercent} %`, `; ${wear.usedPercent} % worn`] : ['', ''];
  const value = [`Trống ${free}${used[0]}`, `${free} free${used[1]}`] as const;
  if (wear && wear.usedPercent >= wearWarnPercent)
    return unwell(
      'card',
      wear.usedPercent >= wearBadPercent ? 'bad' : 'warn',
      value,
      ['Thẻ sắp hết tuổi thọ', 'the card is near its end'],
      ['Thay thẻ loại bền (A2, công nghiệp)', 'fit a durable card (A2, industrial)'],
    );
  if (freeBytes < lowBytes)
    return unwell(
      'card',
      'warn',
      value,
      ['Sắp đầy', 'nearly full'],
      ['Dùng thẻ lớn hơn; hộp tự xóa tệp cũ trước', 'use a larger card; the box removes old files first'],
    );
  return well('card', value);
}

/** What keeps the SIM from working, and what to do about it. */
const simWords: Readonly<Record<Exclude<Modem['sim'], 'ready'>, readonly [value: Pair, reason: Pair, remedy: Pair]>> = {
  missing: [
    ['Không có SIM', 'no SIM'],
    ['Khay SIM trống hoặc lắp ngược', 'the tray is empty or the wrong way round'],
    ['Lắp lại SIM', 'insert the SIM again'],
  ],
  pin: [
    ['SIM đòi mã PIN', 'the SIM asks for its PIN'],
    ['SIM còn khóa', 'the SIM is locked'],
    ['Tắt mã PIN của SIM bằng điện thoại', "switch the SIM's PIN off in a phone"],
  ],
  puk: [
    ['SIM đòi mã PUK', 'the SIM asks for its PUK'],
    ['Mã PIN đã bị nhập sai nhiều lần', 'its PIN was entered wrongly too often'],
    ['Mở khóa bằng điện thoại với mã PUK của nhà mạng', "unlock it in a phone with the operator's PUK"],
  ],
  failed: [
    ['SIM hỏng', 'the SIM has failed'],
    ['SIM không trả lời', 'the SIM does not answer'],
    ['Lau mặt tiếp xúc, lắp lại; còn lỗi thì đổi SIM', 'clean its contacts and insert it again; else change it'],
  ],
  unknown: [
    ['Chưa rõ SIM', 'SIM not known yet'],
    ['SIM vừa khởi động', 'the SIM is starting'],
    ['Chờ một phút', 'wait a minute'],
  ],
};

export function modemLine({ modem }: Readings): CheckLine {
  if (!modem) return notFitted('modem', ['Không cần, nếu hộp dùng mạng dây hoặc Wi-Fi', 'none needed where the box has cable or Wi-Fi']);
  if (modem.line !== 'answers')
    return unwell(
      'modem',
      'bad',
      modem.line === 'gone' ? ['Không thấy modem', 'no modem'] : ['Modem không trả lời', 'the modem does not answer'],
      ['Cáp lỏng hoặc modem thiếu điện', 'a loose cable, or too little power'],
      ['Cắm lại modem; kiểm tra nguồn', 'plug the modem in again; check its power'],
    );
  if (modem.sim !== 'ready') {
    const [value, reason, remedy] = simWords[modem.sim];
    return unwell('modem', modem.sim === 'unknown' ? 'unknown' : 'bad', value, reason, remedy);
  }
  const { operator, signalDbm } = modem;
  const said = `${operator ?? '?'}, ${signalDbm === null ? '–' : `${signalDbm} dBm`}`;
  const value = [said, said] as const;
  if (!modem.registered)
    return unwell(
      'modem',
      'bad',
      value,
      ['Chưa vào được mạng di động', 'not registered in the network'],
      ['Xoay hoặc nâng ăng-ten; kiểm tra SIM còn hạn', 'turn or raise the antenna; see that the SIM is paid'],
    );
  if (signalDbm === null)
    return unwell('modem', 'unknown', value, ['Chưa đo được sóng', 'signal not measured'], ['Chờ một phút', 'wait a minute']);
  if (signalDbm >= weakDbm) return well('modem', value);
  return unwell(
    'modem',
    signalDbm < hardlyDbm ? 'bad' : 'warn',
    value,
    ['Sóng yếu', 'weak signal'],
    ['Đưa ăng-ten lên cao, xa tăng âm và mái tôn', 'raise the antenna, away from amplifier and metal roof'],
  );
}

function mebibytes(bytes: number): string {
  const mib = bytes / 1024 ** 2;
  return mib >= 1024 ? `${(mib / 1024).toFixed(1)} GB` : `${Math.round(mib)} MB`;
}
