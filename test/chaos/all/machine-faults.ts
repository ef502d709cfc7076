// Faults of the machine: clock, disk, tables, power, processor, processes, versions. Plain data.
import { type Fault, lab, row } from './fault.ts';

export const machineFaults: readonly Fault[] = [
  {
    name: 'wrong-clock',
    fault: {
      vi: 'Đồng hồ lùi 10 năm, tiến 10 năm, nhảy 1 giờ khi đang phát, không có pin khi bật',
      en: 'Clock ten years back or ahead, an hour’s step while sounding, none at boot',
    },
    how: 'stepped under the running process; libfaketime from the first instruction on',
    holds: {
      vi: 'Lệnh mới vẫn phát, lệnh hết hạn thì không; thời lượng tính bằng đồng hồ đơn điệu; lịch không phát hai lần',
      en: 'A fresh order sounds, an expired one never; lengths by the monotonic clock; no schedule fires twice',
    },
    proofs: [
      ...['minus-10y', 'plus-10y', 'plus-1h'].flatMap((step) => [row(`clock-${step}-signed`), row(`clock-${step}-rtc`)]),
      row('clock-boot-minus-10y'),
      row('clock-boot-plus-10y'),
      'test/world/scenarios/clock-steps.txt',
      'test/world/scenarios/no-time.txt',
      'test/agent/core-order-life.test.ts › a clock that runs ahead proves no expiry: only what is known to have passed does',
    ],
  },
  {
    name: 'time-as-written',
    fault: { vi: 'Đổi giờ mùa, ngày nhuận, múi giờ «-00:00»', en: 'Summer time, leap days, offset -00:00' },
    how: 'tables of instants and rules, every zone against a second library',
    holds: { vi: 'Luôn là cùng một thời điểm', en: 'Always the same instant' },
    proofs: [
      'test/schemas/recurrence.test.ts › clock changes',
      'test/schemas/recurrence.test.ts › daily and weekly rules start exactly when rrule-temporal says, in every zone',
      'test/schemas/policy.test.ts › on the day the clock goes back, doubtful minutes are quiet',
      'test/controller/cap-parse.test.ts › names, dates, references',
    ],
  },
  {
    name: 'disk-full',
    fault: { vi: 'Đĩa đầy (ENOSPC)', en: 'The disk is full (ENOSPC)' },
    how: 'a small disk of its own is filled to the last byte under the box',
    holds: {
      vi: 'Lệnh khẩn vẫn phát, phát lại bị từ chối; hàng ít quan trọng nhường chỗ trước; lỗi được báo',
      en: 'The emergency sounds, a replay does not; the least important rows give way first; the fault is told',
    },
    proofs: [
      row('disk-full'),
      'test/contract/journal.test.ts › over its budget the least important rows go and leave a tombstone in a new epoch without gaps; orders stay',
      'test/contract/database.test.ts › a full database is a full disk, and goes on when there is room again',
      'test/hardware/files.test.ts › a full disk has its own problem',
    ],
  },
  {
    name: 'tables-rotten',
    fault: { vi: 'SQLite hỏng: đầu tệp, trang, WAL, bị cắt', en: 'SQLite rotten: header, page, WAL, cut off' },
    how: 'bytes overwritten before the start and while the box runs',
    holds: {
      vi: 'Bật được, tệp hỏng được cất riêng và dựng lại; số đếm chống phát lại nằm ngoài SQLite; kế hoạch và lệnh còn nguyên',
      en: 'It boots; the damaged file is set aside and built again; replay counters live outside SQLite; want and orders are kept',
    },
    proofs: [
      ...['header', 'page', 'wal', 'truncated'].flatMap((how) => [row(`sqlite-${how}-start`), row(`sqlite-${how}-running`)]),
      'test/contract/journal.test.ts › a damaged database is set aside: new epoch, but want, mute and accepted orders are kept',
    ],
  },
  {
    name: 'card-read-only',
    fault: { vi: 'Thẻ nhớ chỉ đọc, hoặc lỗi đọc ghi (EIO)', en: 'The card is read-only, or every write fails (EIO)' },
    how: 'read-only under the running box and at boot; a file system on a loop device whose backing store takes no byte more',
    holds: {
      vi: 'Lệnh khẩn phát từ bộ nhớ, phát lại vẫn bị từ chối, lỗi được báo; dùng lại thẻ khi ghi được',
      en: 'The emergency sounds from memory, a replay is still refused, the fault is told; back on the card once it can be written',
    },
    proofs: [
      row('disk-read-only'),
      row('boot-read-only'),
      row('boot-without-state'),
      row('disk-io-errors'),
      'test/contract/steady-journal.test.ts › a disk that fails under it is left for memory, and nothing committed is lost',
    ],
  },
  {
    name: 'power-cut',
    fault: { vi: 'Mất điện tại bất kỳ lần ghi nào', en: 'Power goes at any write' },
    how: 'killed again and again under accepted writes; each act on the disk once the last',
    holds: {
      vi: 'Không mất lệnh đã nhận, không phát lại lệnh đã xong, bật lên được',
      en: 'No accepted order lost, none that ended sounds again, it boots',
    },
    proofs: [
      'test/contract/journal.test.ts › a power cut between the slots and the rows of one commit loses neither, and tells no row twice',
      'test/contract/journal.test.ts › an acknowledgement survives a power cut and never goes back',
      'test/world/lives.test.ts › no promise is broken in 300 random lives',
      'test/world/scenarios/power-cut.txt',
      'test/world/scenarios/order-after-cut.txt',
      lab('powercut --cuts 60 --boots 8 --seconds 25'),
      lab('centre-kill --kills 10'),
    ],
  },
  {
    name: 'torn-sector',
    fault: { vi: 'Đĩa nói đã ghi mà chưa ghi, ghi dở một cung', en: 'The disk lies about fsync; a sector is torn' },
    how: 'slots torn and corrupted at every byte; writes kept from the disk',
    holds: { vi: 'Mã kiểm nhận ra; dùng lại bản trước', en: 'The checksum finds it; the slot before is used' },
    proofs: [
      'test/hardware/files.test.ts › a write torn at any byte over an older slot leaves the content before it',
      'test/agent/update-cuts.test.ts › each act on the disk may be the last before a cut: one release is always whole, and a good one ends committed',
    ],
  },
  {
    name: 'machine-strained',
    fault: { vi: 'Bộ xử lý kín, thiếu bộ nhớ, hết chỗ mở tệp', en: 'Processor taken, memory short, no file can be opened' },
    how: 'twice as many spinning processes as cores; a memory group with little above what the box has; RLIMIT_NOFILE at what is open',
    holds: {
      vi: 'Lệnh vẫn phát ≤ 5 giây, tăng âm tắt sau đó; chương trình treo bị cắt trong 10 giây',
      en: 'The order is heard ≤ 5 s, the amplifier is off afterwards; a program that hangs is ended within 10 s',
    },
    proofs: [
      row('processor-busy'),
      row('memory-short'),
      row('files-exhausted'),
      'test/wire/guard.wire.test.ts › a sounding agent that hangs is ended and back within ten seconds; its play is partial and is not heard a second time',
    ],
  },
  {
    name: 'killed-in-order',
    fault: { vi: 'Chương trình bị giết ở từng bước của lệnh', en: 'The process is killed at each state of an order' },
    how: 'SIGKILL when offered, accepted, in siren, speech, pause, second repeat, end, and when cleared',
    holds: {
      vi: 'Phát tiếp ≤ 5 giây hoặc dừng gọn; tăng âm không bao giờ kẹt ở trạng thái bật',
      en: 'It resumes ≤ 5 s or ends cleanly; the amplifier is never stuck on',
    },
    proofs: [
      ...['offered', 'accepted', 'siren', 'speech', 'pause', 'second-repetition', 'ending', 'cleared'].map((state) =>
        row(`killed-${state}`),
      ),
      'test/wire/guard.wire.test.ts › an agent does not outlive its guard',
      lab('kill9 --times 8'),
    ],
  },
  {
    name: 'audit-edited',
    fault: { vi: 'Nhật ký kiểm toán bị sửa', en: 'The audit log is edited' },
    how: 'a row changed by hand in the tables of a running centre',
    holds: {
      vi: 'Chỗ gãy của chuỗi được tìm ra ≤ 1 phút (tới 15.000 dòng; dài hơn thì thêm phút) và báo',
      en: 'The break of the chain is found ≤ 1 min (up to 15,000 rows; longer chains take their minutes) and told',
    },
    proofs: [
      'test/controller/audit-watch.test.ts › a row changed by hand is told once, by log, readiness and figures, until it is as it was',
      'test/controller/audit-watch.test.ts › rows taken from the end, and a last row made anew with a hash that fits, are noticed',
      'test/controller/audit-watch.test.ts › a long chain is walked along in parts, three of them in a minute, and may grow meanwhile',
      'test/contract/store.test.ts › whose audit was changed by hand is found out at the first changed entry',
    ],
  },
  {
    name: 'update-interrupted',
    fault: { vi: 'Cập nhật bị ngắt, bản cũ, bản hỏng', en: 'Update interrupted, an old release, a bad one' },
    how: 'killed again and again during updates; releases that hang, crash or are older',
    holds: {
      vi: 'Luôn có một bản chạy được; bản xấu bị bỏ; không bao giờ cập nhật khi đang phát',
      en: 'There is always a version to run; a bad one is left again; never while sounding',
    },
    proofs: [
      'test/wire/update-kill.wire.test.ts › boxes that are killed again and again during updates always have a version to run',
      'test/wire/box-update.wire.test.ts › a good release is fetched, switched to and confirmed',
      'test/wire/box-update.wire.test.ts › one that does not start is left again, and the box lives on with the one before',
      'test/agent/update-rules.test.ts › what may replace what runs',
      'test/agent/update-rules.test.ts › a download is stopped when the line is needed, and nothing is begun beside an act',
    ],
  },
];
