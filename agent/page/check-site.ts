// Lines of the checklist on the place itself: amplifier, tone, screen, position.
import { notFitted, unwell, well } from './check-line.ts';
import type { CheckLine, Readings } from './checklist.ts';

/** A tone heard in the last half day belongs to this visit. */
const visitMs = 12 * 3600_000;

export function amplifierLine({ amplifiers }: Readings): CheckLine {
  if (amplifiers.length === 0)
    return notFitted('amplifier', ['Không cần, nếu hộp chỉ có bảng tin', 'none needed where the box drives a board alone']);
  const failed = amplifiers.filter(({ is }) => is === 'failed').map(({ output }) => output);
  if (failed.length > 0)
    return unwell(
      'amplifier',
      'bad',
      [`Lỗi: ${failed.join(', ')}`, `failed: ${failed.join(', ')}`],
      ['Rơ-le hoặc thiết bị âm thanh không trả lời', 'relays or sound device do not answer'],
      ['Kiểm tra dây rơ-le, cầu chì âm ly, đường dây loa', 'check relay wires, amplifier fuse and speaker line'],
    );
  const said = amplifiers.map(({ output, is }) => `${output}: ${is === 'on' ? 'bật' : 'tắt'}`).join(', ');
  return well('amplifier', [said, amplifiers.map(({ output, is }) => `${output}: ${is}`).join(', ')]);
}

export function toneLine({ amplifiers, tone, nowMs }: Readings): CheckLine {
  if (amplifiers.length === 0)
    return notFitted('tone', ['Không cần, nếu hộp chỉ có bảng tin', 'none needed where the box drives a board alone']);
  const fresh = tone.heard !== null && tone.atMs !== null && nowMs - tone.atMs < visitMs && nowMs >= tone.atMs;
  if (fresh && tone.heard === 'yes')
    return well('tone', tone.proved ? ['Nghe thấy, micro xác nhận', 'heard, proved by microphone'] : ['Nghe thấy', 'heard']);
  if (fresh)
    return unwell(
      'tone',
      'bad',
      ['Không nghe thấy', 'not heard'],
      ['Hộp phát nhưng loa không kêu', 'the box plays, the horn is silent'],
      ['Thử rơ-le; đo đường dây loa; xem núm âm lượng âm ly', "test the relays; measure the speaker line; see the amplifier's volume"],
    );
  return unwell(
    'tone',
    'unknown',
    ['Chưa thử', 'not tried'],
    ['Chưa ai nghe âm thử lần này', 'nobody has listened on this visit'],
    ['Bấm “Âm thử”, rồi trả lời có nghe thấy không', 'press “Tone”, then say whether you heard it'],
  );
}

export function screenLine({ screens }: Readings): CheckLine {
  if (screens.length === 0)
    return notFitted('screen', ['Không cần, nếu hộp chỉ có loa', 'none needed where the box drives loudspeakers alone']);
  const dead = screens.filter(({ working }) => !working).map(({ output }) => output);
  if (dead.length > 0)
    return unwell(
      'screen',
      'bad',
      [`Lỗi: ${dead.join(', ')}`, `failed: ${dead.join(', ')}`],
      ['Màn hình không hiện gì', 'the screen shows nothing'],
      ['Kiểm tra cáp HDMI và nguồn màn hình', 'check the HDMI cable and the power of the screen'],
    );
  const lesser = screens.find(({ power, behind }) => power === 'failed' || behind);
  if (lesser)
    return unwell(
      'screen',
      'warn',
      lesser.behind
        ? ['Đang dùng màn hình dự phòng', 'the display behind it is seen']
        : ['Không bật tắt được nguồn', 'its power cannot be switched'],
      ['Bảng vẫn hiện, nhưng không như cấu hình', 'the board shows, though not as configured'],
      ['Bấm “Thử màn hình” và nhìn bảng', 'press “Screen test” and look at the board'],
    );
  return well('screen', [
    screens.map(({ output }) => `${output}: hiện`).join(', '),
    screens.map(({ output }) => `${output}: shown`).join(', '),
  ]);
}

export function placeLine({ place: { area, position, photo } }: Readings): CheckLine {
  if (area === null)
    return unwell(
      'place',
      'unknown',
      ['Chưa có địa bàn', 'no area yet'],
      ['Hộp chưa được khai báo', 'the box is not enrolled'],
      ['Nhập mã kích hoạt ở trên', 'enter the claim above'],
    );
  const where = position ?? area;
  if (photo) return well('place', [`${where}, có ảnh`, `${where}, with a photo`]);
  return unwell(
    'place',
    'warn',
    [`${where}, chưa có ảnh`, `${where}, no photo`],
    ['Trung tâm chưa thấy cột loa này', 'the centre has not seen this pole'],
    ['Đính ảnh vào biên bản nghiệm thu cuối trang', 'attach a photo to the acceptance form below'],
  );
}
