// Faults of the line: brokers that die, wires that are cut or deaf, messages twice, late, bent. Plain data.
import { type Fault, lab, row } from './fault.ts';

export const lineFaults: readonly Fault[] = [
  {
    name: 'broker-killed',
    fault: { vi: 'Máy chủ tin (broker) chết 1 giây, vài phút, nhiều ngày', en: 'The broker dies for a second, for minutes, for days' },
    how: 'killed under a sounding order and started again; days in the deterministic world',
    holds: {
      vi: 'Tiếng không đổi; lịch vẫn phát từ kho của hộp; nối lại ≤ 10 giây; lệnh lỡ còn hạn phát đúng một lần, hết hạn thì chỉ ghi lại',
      en: 'No change of sound; the schedule plays on from the box; the line is back ≤ 10 s; a missed order still valid sounds once, an expired one is only told',
    },
    proofs: [
      row('broker-killed-after-acceptance'),
      row('broker-away-1s'),
      row('broker-away-long'),
      'test/world/scenarios/offline-days.txt',
      'test/wire/agent-box.wire.test.ts › plays on without its centre and delivers each row exactly once when it is back',
      'test/wire/link.wire.test.ts › comes back to a broker that was restarted, with its filters and a fresh will',
    ],
  },
  {
    name: 'broker-empty',
    fault: { vi: 'Broker khởi động lại, mất hết tin đã giữ', en: 'The broker comes back with nothing kept' },
    how: 'its retained messages are gone; the centre publishes again',
    holds: {
      vi: 'Trạng thái của hộp là sự thật; không phát lại; trung tâm gửi lại lệnh chưa được trả lời',
      en: 'The box’s state is the truth; no replay; the centre sends again what was not answered',
    },
    proofs: [
      row('broker-restarted-empty'),
      'test/controller/order-resend.test.ts › it is unanswered once it was sent again, or the order is over, and it is connected',
      lab('line-kill --kills 5 --boxes 4'),
    ],
  },
  {
    name: 'partition-one-way',
    fault: { vi: 'Đường truyền chỉ còn một chiều', en: 'The line carries one way only' },
    how: 'packets of one direction are swallowed between network namespaces, on a silent line and under an order',
    holds: {
      vi: 'Nhận ra trong 100 giây kể cả khi đường đang im; trạng thái là «không rõ», không bao giờ «tốt»; đường thứ hai vẫn đưa lệnh tới',
      en: 'Noticed within 100 s, on a silent line too; the state is “unknown”, never “ok”; the second line still brings the order',
    },
    proofs: [
      'test/wire/namespaces.long.test.ts › a silent wire that is deaf in one direction is noticed at both ends',
      'test/wire/namespaces.long.test.ts › a wire that is deaf in one direction is noticed; nothing is claimed; an order of meanwhile sounds once, one that ran out never',
      'test/wire/namespaces.long.test.ts › no row was lost, none came twice, and no box began a new book',
      'test/wire/two-centres.wire.test.ts › with the commune centre stopped the province is heard within 5 s, before and after a restart of the box',
    ],
  },
  {
    name: 'weak-line',
    fault: { vi: 'Đường truyền mất gói, đảo gói, trễ, rất chậm', en: 'A line that loses packets, mixes them up, delays them, crawls' },
    how: 'single IP packets between a namespace of each box and the centre; 64 kbit/s under an order with 45 KB of words',
    holds: {
      vi: 'Lệnh vẫn phát trên từng hộp, đúng một lần; hộp không bị cắt vì chính lệnh của nó; không hàng nào mất hay trùng',
      en: 'The order sounds on each box, once; none is cut by its own order; no row is lost or comes twice',
    },
    proofs: [
      'test/wire/namespaces.long.test.ts › over wires that lose, mix up, delay and crawl an order sounds on each, once',
      row('weak-line'),
      row('weak-line-three-retained'),
      row('weak-line-holds'),
    ],
  },
  {
    name: 'partition-in-emergency',
    fault: { vi: 'Mất đường truyền giữa lúc lệnh đang phát', en: 'The line goes in mid-emergency' },
    how: 'both directions swallowed while the order sounds',
    holds: {
      vi: 'Hộp phát đủ thời lượng và số lần đã ký rồi tự dừng; biên nhận tới sau',
      en: 'The box completes the signed length and repeats, ends by itself, and tells later',
    },
    proofs: [row('partition-in-mid-order'), row('clock-maximum-duration')],
  },
  {
    name: 'centres-at-once',
    fault: {
      vi: 'Hai trung tâm cùng ra lệnh, hoặc hai máy của một trung tâm',
      en: 'Two centres order at once, or two machines of one centre',
    },
    how: 'two desks publish over one another again and again; two levels at one box; a second controller on the same tables',
    holds: {
      vi: 'Một thứ tự duy nhất: cấp, mức nặng, rồi số đếm; không nhảy qua lại; mỗi lệnh được phát một lần; chỉ một máy làm việc',
      en: 'One total order: level, weight, then counter; no swinging to and fro; each order sounds once; one machine is at work',
    },
    proofs: [
      row('desks-over-one-another'),
      row('levels-at-once'),
      'test/wire/stand-by.wire.test.ts › waits while the first is at work, with no door open',
      'test/wire/stand-by.wire.test.ts › takes over when the first is killed; every row of the box is there once',
    ],
  },
  {
    name: 'duplicate',
    fault: { vi: 'Một lệnh tới 100 lần', en: 'One order comes a hundred times' },
    how: 'published again and again; receipts repeated by a line that breaks',
    holds: {
      vi: 'Một lần phát, một biên nhận, nhiều nhất 100 dòng nhật ký; hàng gửi lặp không bị tính hai lần',
      en: 'One start, one receipt, at most 100 log lines; rows that come twice count once',
    },
    proofs: [
      row('duplicate-100'),
      'test/wire/outbox.wire.test.ts › loses nothing and stores nothing twice across 20 restarts, dropped acknowledgements and failed stores',
      'test/world/scenarios/replayed-order.txt',
    ],
  },
  {
    name: 'reordered',
    fault: {
      vi: 'Tin tới sai thứ tự: hủy trước lệnh, bản sửa trước bản gốc',
      en: 'Messages in the wrong order: cancel before alert, update before alert',
    },
    how: 'orders and CAP messages given in the wrong order',
    holds: {
      vi: 'Lời hủy được nhớ; bản mới nhất thắng; không gì phát sau khi đã bị hủy',
      en: 'The cancel is remembered; the latest wins; nothing starts after its cancel',
    },
    proofs: [
      row('clear-before-order'),
      row('update-before-order'),
      'test/agent/core-updates.test.ts › an update that comes before its order keeps it from beginning',
      'test/controller/cap-judge.test.ts › a Cancel or Update before its Alert is remembered, and the Alert does not sound when it comes',
      'test/controller/cap-judge.test.ts › an Update that was sent before the Cancel and comes after it does not sound; one sent later does',
    ],
  },
  {
    name: 'bent-bits',
    fault: { vi: 'Bit bị lật, tin bị cắt, độ dài sai', en: 'Flipped bits, cut messages, wrong lengths' },
    how: '600 bent frames before a genuine one; every field of genuine orders bent',
    holds: {
      vi: 'Im lặng; lỗi được đếm và báo; kết nối không mất; lệnh thật ngay sau đó vẫn phát ≤ 5 giây',
      en: 'Silent; counted and told; the connection survives; the genuine order behind sounds ≤ 5 s',
    },
    proofs: [
      row('bent-frames'),
      'test/agent/forge.test.ts › no forged order is accepted and no genuine one missed, in 1,500 cases',
      'test/schemas/frame.test.ts › any bytes are answered, and a frame cut or changed anywhere never throws',
      'test/wire/forgery.wire.test.ts › forgery',
    ],
  },
  {
    name: 'retained-garbage',
    fault: { vi: 'Rác được giữ sẵn trên mọi kênh', en: 'Garbage retained on every topic' },
    how: 'published with the retain flag, yesterday’s order too; the box starts into it',
    holds: {
      vi: 'Không gì phát khi nối lại; cờ «giữ» không bao giờ là bằng chứng; lệnh mới vẫn phát',
      en: 'Nothing starts on (re)subscribing; the retain flag is never evidence; a new order sounds',
    },
    proofs: [
      row('retained-garbage'),
      'test/wire/forgery.wire.test.ts › a box that starts with a forged and replayed frame retained stays silent, and hears the next genuine order',
      'test/broker/access.test.ts › keeps the last message only where the topic table says so',
    ],
  },
];
