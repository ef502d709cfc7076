// What others send, on purpose or not: texts, files, packets, floods, certificates. Plain data.
import { type Fault, row } from './fault.ts';

export const hostileFaults: readonly Fault[] = [
  {
    name: 'hostile-json',
    fault: {
      vi: 'JSON độc: lồng sâu, khổng lồ, khóa trùng, `__proto__`, NaN',
      en: 'Hostile JSON: deep, huge, doubled names, `__proto__`, NaN',
    },
    how: 'tables and random texts at the one door through which messages are read; every route of the API',
    holds: { vi: 'Bị từ chối ngay, không sập; khóa trùng không được nhận', en: 'Refused at once, no crash; doubled names are not taken' },
    proofs: [
      'test/schemas/parse.test.ts › text becomes a value or one problem',
      'test/schemas/parse.test.ts › a name given twice is refused, wherever it stands and however it is written: %s',
      'test/schemas/envelope.test.ts › signed bytes that are no JSON, or too deep, are a problem and no exception',
      'test/agent/edge-messages.test.ts › any bytes on any topic have a meaning, and none of them is an order',
      'test/controller/api-fuzz.test.ts › nothing that is asked is answered with a fault of ours, and every refusal is a problem with a code',
    ],
  },
  {
    name: 'hostile-xml',
    fault: {
      vi: 'XML độc: XXE, thực thể lồng nhau, sâu 20.000, hai gốc, cắt cụt, UTF-16',
      en: 'Hostile XML: XXE, billion laughs, depth 20,000, two roots, cut off, UTF-16',
    },
    how: 'given to the gateway’s own process, which is watched by the kernel’s own limits',
    holds: {
      vi: 'Tiến trình con từ chối ≤ 250 ms, không tệp, không mạng; cảnh báo thật dù lớn vẫn được nhận',
      en: 'The child refuses ≤ 250 ms, no file, no network; genuine alerts are taken, large ones too',
    },
    proofs: [
      'test/wire/gateway.wire.test.ts › with %s is refused and the process lives',
      'test/wire/gateway.wire.test.ts › with %s is read by a process that was just started',
      'test/wire/gateway.wire.test.ts › has no environment, no network and no files',
      'test/wire/gateway.wire.test.ts › cannot take more memory than it is given, within its heap or outside',
      'test/controller/cap-fuzz.test.ts › a thousand hostile messages: no crash, none slower than 250 ms',
    ],
  },
  {
    name: 'hostile-words',
    fault: { vi: 'HTML, mã lệnh, chữ đảo chiều, ký tự vô hình trong tiêu đề', en: 'HTML, script, reversed and invisible letters in words' },
    how: 'in CAP texts, in every field of the citizens’ forms, in every field of the console, in bulletins',
    holds: {
      vi: 'Hiện ra như chữ; ký tự điều khiển bị lọc; chính sách trang không cho chạy gì',
      en: 'Shown as text; control letters are taken out; the policy of the page runs nothing',
    },
    proofs: [
      'test/controller/cap-values.test.ts › texts',
      'test/controller/citizen-abuse.wire.test.ts › script in every field comes back as the text it is, in JSON that no browser runs, or is refused by its place',
      'test/browser/console-hostile.browser.test.ts › ran nothing, and the policy of the page had nothing to refuse',
      'test/hardware/board-page.test.ts › words cannot become markup',
      'test/schemas/widget.test.ts › no programme can carry one, and a bulletin with script is none',
    ],
  },
  {
    name: 'hostile-sound',
    fault: {
      vi: 'Tệp âm thanh độc: cụt, sai tần số, dài vô tận, thẻ khổng lồ',
      en: 'Hostile sound: cut off, wrong rate, endless, giant tags',
    },
    how: 'uploaded to a real centre; given to the decoders of the box one after another',
    holds: {
      vi: 'Giải mã trong tiến trình có hạn; nếu không được thì máy đọc hoặc còi; bộ hạn biên luôn giữ −1 dBFS',
      en: 'Decoded in a process with limits; if that fails, speech or siren; the limiter always holds −1 dBFS',
    },
    proofs: [
      'test/controller/hostile-uploads.wire.test.ts › %s is refused as a sound, as a film, and when it comes in pieces',
      'test/controller/hostile-uploads.wire.test.ts › an endless sound in a small file is refused by its packets, before anything is decoded',
      'test/controller/hostile-uploads.wire.test.ts › a ZIP behind an MP3, a page in its tags, and a cover that fills memory become plain Opus',
      row('voice-6-spoken'),
      row('voice-8-phrase'),
      'test/agent/player-faults.test.ts › whose decoder hangs changes over within 5 s, before and after its first sample',
      'test/agent/limiter.test.ts › never lets a sample above −1 dBFS, whatever comes',
    ],
  },
  {
    name: 'slow-clients',
    fault: { vi: 'Kẻ gửi từng byte: trang điều hành, API, nửa gói MQTT', en: 'Slow-loris: console, API, half an MQTT packet' },
    how: 'raw sockets that never finish: heads, handshakes, CONNECT',
    holds: {
      vi: 'Đầu yêu cầu quá 10 giây, CONNECT quá 5 giây thì bị cắt; người khác vẫn được phục vụ, lệnh vẫn đi',
      en: 'Heads are cut after 10 s, CONNECT after 5 s; others are served and orders go out meanwhile',
    },
    proofs: [
      'test/controller/slow-heads.wire.test.ts › heads that never end are cut, and whoever asks plainly is answered meanwhile',
      'test/controller/slow-heads.wire.test.ts › handshakes that never end are cut',
      'test/controller/slow-heads.wire.test.ts › a small body that never ends is cut; one of a weak line is taken',
      'test/controller/citizen-floods.wire.test.ts › bodies that come slowly are few at once; words alone are taken meanwhile, and who leaves makes room',
      'test/wire/hostile.wire.test.ts › is cut when its CONNECT does not end in time, byte by byte or at once, and when it leaves a packet half',
      'test/wire/broker.wire.test.ts › cuts a socket that sends no CONNECT in time',
    ],
  },
  {
    name: 'huge-packets',
    fault: { vi: 'Gói MQTT tự xưng khổng lồ trước khi CONNECT', en: 'A huge Remaining Length before CONNECT' },
    how: 'raw sockets, before and after CONNECT',
    holds: { vi: 'Bị cắt ngay ở đầu gói, không giữ byte nào', en: 'Cut at the header, nothing is buffered' },
    proofs: [
      'test/wire/broker-limits.wire.test.ts › cuts oversize packets at their header, before and after CONNECT, without buffering them',
      'test/wire/hostile.wire.test.ts › is cut for each of these, while a bystander gets its messages and no memory is kept',
    ],
  },
  {
    name: 'flood',
    fault: {
      vi: '10.000 lệnh thường có khóa thật, 10.000 tin không chữ ký',
      en: '10,000 ordinary commands under a valid key, 10,000 unsigned messages',
    },
    how: 'as fast as the broker takes them, with five genuine orders among them',
    holds: {
      vi: 'Có hạn mức; bộ nhớ và nhật ký không phình; mỗi lệnh thật phát ≤ 5 giây; đợt dội được báo',
      en: 'Rates are limited; memory and log are bounded; each genuine order is heard ≤ 5 s; the flood is told',
    },
    proofs: [row('flood-of-commands'), row('flood-of-forgeries'), row('stop-all-under-load')],
  },
  {
    name: 'alerts-at-once',
    fault: { vi: '52 cảnh báo thật trong một giây', en: '52 real alerts in one second' },
    how: 'thirteen in each of four groups, four degrees of severity; three hundred CAP messages at the gateway',
    holds: {
      vi: 'Tất cả được nhận hoặc nói rõ vì sao không; nặng nhất phát trước; tiếng đầu tiên ≤ 5 giây',
      en: 'All taken or told why not; the gravest first; the first heard ≤ 5 s',
    },
    proofs: [row('fifty-two-at-once'), 'test/wire/gateway.wire.test.ts › three hundred messages at once are all answered, in order'],
  },
  {
    name: 'stolen-identity',
    fault: { vi: 'Mã hộp bị chiếm, hai máy giành nhau', en: 'A stolen client id, a loop of take-overs' },
    how: 'a second client with another certificate, and five times with a copy of the card',
    holds: {
      vi: 'Danh tính là chứng chỉ; giành nhau thì bị chậm lại và báo; hộp thật vẫn nghe lệnh',
      en: 'Identity is the certificate; a loop is slowed down and told; the true box still hears its orders',
    },
    proofs: [
      row('client-id-taken'),
      'test/wire/hostile.wire.test.ts › two clones of one certificate: they change places six times, then the one who is there stays',
      'test/wire/broker.wire.test.ts › takes the identity from the certificate, whatever the client calls itself',
      'test/controller/clones.test.ts › two that take turns are named, both of them',
    ],
  },
  {
    name: 'hostile-client',
    fault: { vi: 'Di chúc độc, gửi vào `$SYS`, nghe bằng ký tự đại diện', en: 'Hostile wills, publishing to `$SYS`, wildcard filters' },
    how: 'clients with a valid certificate, every verb on every topic',
    holds: { vi: 'Bị từ chối hoặc cắt; người khác không nghe thấy gì', en: 'Denied or cut; nobody hears of it' },
    proofs: [
      'test/broker/access.test.ts › never lets a box publish anything but its own up topics, whatever the string',
      'test/wire/broker.wire.test.ts › refuses a will on a foreign topic and QoS 2',
      'test/wire/broker.wire.test.ts › refuses foreign and wildcard filters one by one and grants the rest',
      'test/wire/broker.wire.test.ts › cuts a box that publishes on the topic of another, and nobody hears it',
      'test/wire/hostile.wire.test.ts › is cut for each of these, while a bystander gets its messages and no memory is kept',
    ],
  },
  {
    name: 'certificates',
    fault: {
      vi: 'Chứng chỉ hết hạn, bị thu hồi, sai nơi cấp, đồng hồ sai',
      en: 'Certificates expired, revoked, of another authority, under a wrong clock',
    },
    how: 'made for the purpose, on both ends',
    holds: {
      vi: 'Bị từ chối; lệnh khẩn vẫn tới qua đường thứ hai, vì lệnh tự mang chữ ký',
      en: 'Refused; the emergency still comes over the second line, because it is signed itself',
    },
    proofs: [
      row('certificate-expired'),
      row('clock-wrong-second-line'),
      'test/wire/broker.wire.test.ts › refuses a client without a certificate, with one of another authority, or with another kind of name',
      'test/wire/broker.wire.test.ts › answers "not authorised" to an identity the registry has dropped',
      'test/wire/peer-certificate.wire.test.ts › another authority’s is refused though nobody knows the time (%d days old)',
      'test/wire/link.wire.test.ts › does not trust a broker of another authority',
    ],
  },
];
