// Lines of the checklist on the way to the centre: names, time, certificate, enrolment, the line itself.
import { trusted } from '../../schemas/time.ts';
import { unwell, well } from './check-line.ts';
import type { CheckLine, Readings } from './checklist.ts';

const dayMs = 24 * 3600_000;
/** Heartbeats come each five minutes; three may be late. */
const heartbeatLateMs = 15 * 60_000;
const slowNameMs = 3_000;

const notEnrolled = ['Hộp chưa được khai báo', 'the box is not enrolled'] as const;
const enrolFirst = ['Nhập mã kích hoạt ở trên', 'enter the claim above'] as const;

export function namesLine({ names }: Readings): CheckLine {
  if (!names) return unwell('names', 'unknown', ['Chưa hỏi', 'not asked'], notEnrolled, enrolFirst);
  if (names.problem !== null)
    return unwell(
      'names',
      'bad',
      [`${names.host}: ${names.problem}`, `${names.host}: ${names.problem}`],
      ['Mạng không trả lời tên miền của trung tâm', "the network does not resolve the centre's name"],
      ['Kiểm tra mạng và máy chủ DNS ở mục Mạng', 'check the line and the DNS server under Network'],
    );
  const took = names.tookMs ?? 0;
  const value = [`${names.host}: ${took} ms`, `${names.host}: ${took} ms`] as const;
  if (took <= slowNameMs) return well('names', value);
  return unwell(
    'names',
    'warn',
    value,
    ['Trả lời chậm', 'slow answer'],
    ['Sóng yếu hoặc DNS xa; thử DNS của nhà mạng', "weak signal or a far server; try the operator's own DNS"],
  );
}

export function clockLine({ clock: { quality, rtc } }: Readings): CheckLine {
  if (quality === 'signed') return well('time', ['Giờ có chữ ký của trung tâm', 'signed by the centre']);
  if (trusted(quality)) return well('time', ['Đồng hồ pin, trung tâm đã chỉnh', 'battery clock set by the centre']);
  const value = quality === 'net' ? (['Chỉ có NTP', 'NTP only'] as const) : (['Chưa có giờ', 'no time yet'] as const);
  return unwell(
    'time',
    'bad',
    value,
    ['Không có giờ tin cậy thì lịch không phát', 'without trusted time nothing scheduled sounds'],
    rtc
      ? ['Kiểm tra kết nối trung tâm, rồi pin của đồng hồ', "check the line to the centre, then the clock's battery"]
      : ['Kiểm tra kết nối trung tâm; nên lắp đồng hồ có pin', 'check the line to the centre; a battery clock should be fitted'],
  );
}

export function certificateLine({ certificate, nowMs, clock }: Readings): CheckLine {
  if (!certificate) return unwell('tls', 'unknown', ['Chưa có', 'none yet'], notEnrolled, enrolFirst);
  const days = Math.floor((certificate.untilMs - nowMs) / dayMs);
  const date = new Date(certificate.untilMs).toISOString().slice(0, 10);
  const value = [`Đến ${date}`, `until ${date}`] as const;
  if (!trusted(clock.quality))
    return unwell(
      'tls',
      'unknown',
      value,
      ['Chưa có giờ để so hạn', 'no time to judge it by'],
      ['Xử lý dòng “Giờ” trước', 'see to the line “Time” first'],
    );
  if (nowMs < certificate.fromMs)
    return unwell(
      'tls',
      'bad',
      value,
      ['Chưa đến ngày hiệu lực', 'not valid yet'],
      ['Kiểm tra giờ của hộp và của trung tâm', 'check the clocks of box and centre'],
    );
  if (days < 0)
    return unwell(
      'tls',
      'bad',
      value,
      ['Đã hết hạn', 'expired'],
      ['Giữ hộp có mạng để tự gia hạn; không được thì khai báo lại', 'keep the box on line to renew; else enrol it again'],
    );
  if (days >= 30) return well('tls', value);
  return unwell(
    'tls',
    'warn',
    [`Còn ${days} ngày`, `${days} days left`],
    ['Sắp hết hạn', 'ends soon'],
    ['Giữ hộp có mạng để tự gia hạn', 'keep the box on line: it renews by itself'],
  );
}

export function claimLine({ enrolled }: Readings): CheckLine {
  if (!enrolled)
    return unwell(
      'claim',
      'bad',
      ['Chưa khai báo', 'not enrolled'],
      ['Hộp chưa thuộc trung tâm nào', 'the box belongs to no centre yet'],
      ['Quét mã QR trên nhãn hoặc dán mã kích hoạt', 'scan the code on the label, or paste the claim'],
    );
  const value = [`${enrolled.dev} thuộc ${enrolled.centre}`, `${enrolled.dev} of ${enrolled.centre}`] as const;
  if (!enrolled.demo) return well('claim', value);
  return unwell(
    'claim',
    'warn',
    value,
    ['Hộp trình diễn, không phát thật', 'a demo box: nothing of it is real'],
    ['Cài lại hộp để dùng thật', 'install the box afresh for real use'],
  );
}

export function centreLine({ centre }: Readings): CheckLine {
  if (!centre) return unwell('centre', 'unknown', ['Chưa nối', 'not connected'], notEnrolled, enrolFirst);
  if (!centre.up)
    return unwell(
      'centre',
      'bad',
      [`Mất kết nối${why(centre.problem)}`, `offline${why(centre.problem)}`],
      ['Trung tâm không trả lời hộp', 'the centre does not answer'],
      [
        'Xem sóng, APN, tên miền và giờ ở các dòng trên; lịch đã tải vẫn phát',
        'see signal, APN, names and time above; what was fetched still plays',
      ],
    );
  const { heartbeatAgeMs } = centre;
  if (heartbeatAgeMs !== null && heartbeatAgeMs > heartbeatLateMs) {
    const minutes = Math.round(heartbeatAgeMs / 60_000);
    return unwell(
      'centre',
      'warn',
      [`Không báo hiệu ${minutes} phút`, `no sign of life for ${minutes} min`],
      ['Đã nối nhưng trung tâm im lặng', 'connected, but the centre says nothing'],
      ['Gọi trung tâm kiểm tra máy chủ', 'ask the centre to look at its server'],
    );
  }
  return well('centre', ['Đã nối', 'connected']);
}

function why(problem: string | null): string {
  return problem === null ? '' : ` (${problem})`;
}
