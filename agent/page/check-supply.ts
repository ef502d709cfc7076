// Lines of the checklist on what the box stands on: its power, its card, its mobile line.
import { notFitted, unwell, well } from './check-line.ts';
import type { CheckLine, Readings } from './checklist.ts';

/** A card this far used is changed at the next visit, and this far before it fails. */
const wearWarnPercent = 80;
const wearBadPercent = 95;
/** Below these a 4G line breaks off in rain and under load (3GPP TS 36.133 reports −140 to −44 dBm). */
const rsrpWarnDbm = -105;
const rsrpBadDbm = -118;
const rssiWarnDbm = -95;

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
  if (underVoltage?.before)
    return unwell(
      'power',
      'warn',
      ['Đã từng sụt điện', 'was too low since the start'],
      ['Điện 5 V sụt khi tải lớn', '5 V drops under load'],
      ['Đo lại khi âm ly chạy; thay bộ nguồn nếu còn sụt', 'measure while the amplifier runs; change the supply if it drops again'],
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

export function modemLine({ modem }: Readings): CheckLine {
  if (!modem) return notFitted('modem', ['Không cần, nếu hộp dùng mạng dây hoặc Wi-Fi', 'none needed where the box has cable or Wi-Fi']);
  if (modem.sim !== 'ready') {
    const locked = modem.sim === 'locked';
    return unwell(
      'modem',
      'bad',
      locked ? ['SIM đòi mã PIN', 'the SIM asks for its PIN'] : ['Không có SIM', 'no SIM'],
      locked ? ['SIM còn khóa', 'the SIM is locked'] : ['Khay SIM trống hoặc lắp ngược', 'the tray is empty or the wrong way round'],
      locked ? ['Tắt mã PIN của SIM bằng điện thoại', "switch the SIM's PIN off in a phone"] : ['Lắp lại SIM', 'insert the SIM again'],
    );
  }
  const { operator, apn, rsrpDbm, rssiDbm } = modem;
  const dbm = rsrpDbm ?? rssiDbm;
  const signal = dbm === null ? '–' : `${dbm} dBm`;
  const value = [`${operator ?? '?'}, ${signal}, APN ${apn ?? '–'}`, `${operator ?? '?'}, ${signal}, APN ${apn ?? '–'}`] as const;
  if (!modem.registered)
    return unwell(
      'modem',
      'bad',
      value,
      ['Chưa vào được mạng di động', 'not registered in the network'],
      ['Xoay hoặc nâng ăng-ten; kiểm tra SIM còn hạn', 'turn or raise the antenna; see that the SIM is paid'],
    );
  if (apn === null)
    return unwell(
      'modem',
      'bad',
      value,
      ['Chưa đặt APN', 'no APN is set'],
      ['Nhập APN của nhà mạng ở mục Mạng', "enter the operator's APN under Network"],
    );
  if (dbm === null)
    return unwell('modem', 'unknown', value, ['Chưa đo được sóng', 'signal not measured'], ['Chờ một phút', 'wait a minute']);
  const weak = rsrpDbm === null ? dbm < rssiWarnDbm : dbm < rsrpWarnDbm;
  if (!weak) return well('modem', value);
  return unwell(
    'modem',
    rsrpDbm !== null && rsrpDbm < rsrpBadDbm ? 'bad' : 'warn',
    value,
    ['Sóng yếu', 'weak signal'],
    ['Đưa ăng-ten lên cao, xa tăng âm và mái tôn', 'raise the antenna, away from amplifier and metal roof'],
  );
}

function mebibytes(bytes: number): string {
  const mib = bytes / 1024 ** 2;
  return mib >= 1024 ? `${(mib / 1024).toFixed(1)} GB` : `${Math.round(mib)} MB`;
}
