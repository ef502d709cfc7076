// LONG: every word and shape that residents and officials send, on one page.
// What residents say and are told, in words and shapes: feedback, ratings, polls, topics of messages. Pure; pages read it too.
import * as v from 'valibot';
import { Month, RatedLevel } from './evaluation.ts';
import { Id, MessageId } from './ids.ts';
import { InstantMs } from './time.ts';

export const citizenLimits = {
  /** Letters of what somebody says. */
  text: 4_000,
  photos: 3,
  /** Letters of one photograph as a data address (about 2.2 MB). */
  photoLetters: 3_000_000,
  /** Letters of a sound as a data address (about 2.2 MB): a minute and more from a phone. */
  soundLetters: 3_000_000,
  soundMs: 120_000,
  steps: 200,
  /** Feedback of a centre that nobody has dealt with yet. */
  open: 20_000,
  /** Of one device, and of one phone, in a day. */
  feedbackPerDay: 10,
  contacts: 50,
  links: 50,
  questions: 20,
  options: 12,
  polls: 500,
  ballots: 200_000,
  /** Free answers that are kept of one question. */
  answerTexts: 1_000,
  pushes: 200_000,
  /** Browsers that bear the same device's word: one, and those it had before. */
  pushesOfDevice: 3,
  /** Units that one device follows. */
  units: 10,
  pastDays: 30,
  listed: 200,
  pushHosts: 20,
} as const;

// ── words ────────────────────────────────────────────────────────────────────────────────────────

/** Decree 49/2024: what people say is received, dealt with, and the answer made known. */
export const feedbackKinds = {
  suggestion: { vi: 'Góp ý', en: 'suggestion' },
  petition: { vi: 'Kiến nghị', en: 'petition' },
  loudspeaker: { vi: 'Loa hỏng, loa ồn', en: 'faulty or noisy loudspeaker' },
  policy: { vi: 'Hiệu quả thực thi chính sách', en: 'how well a policy works' },
} as const;
export type FeedbackKind = keyof typeof feedbackKinds;
export const FeedbackKind = v.picklist(Object.keys(feedbackKinds) as [FeedbackKind, ...FeedbackKind[]]);

export const loudspeakerTroubles = {
  silent: { vi: 'Loa không kêu', en: 'silent' },
  distorted: { vi: 'Tiếng rè, méo, nhỏ', en: 'distorted or faint' },
  noisy: { vi: 'Quá to, ồn', en: 'too loud' },
  damaged: { vi: 'Loa, cột hoặc dây hư hỏng', en: 'damaged pole, horn or wire' },
} as const;
export type LoudspeakerTrouble = keyof typeof loudspeakerTroubles;
export const LoudspeakerTrouble = v.picklist(Object.keys(loudspeakerTroubles) as [LoudspeakerTrouble, ...LoudspeakerTrouble[]]);

export const feedbackCategories = {
  broadcast: { vi: 'Truyền thanh, bảng tin', en: 'broadcasts and boards' },
  roads: { vi: 'Đường sá, giao thông', en: 'roads and traffic' },
  environment: { vi: 'Môi trường, vệ sinh', en: 'environment' },
  water: { vi: 'Điện, nước', en: 'power and water' },
  land: { vi: 'Đất đai, xây dựng', en: 'land and building' },
  security: { vi: 'An ninh, trật tự', en: 'public order' },
  health: { vi: 'Y tế', en: 'health' },
  education: { vi: 'Giáo dục', en: 'education' },
  welfare: { vi: 'An sinh xã hội', en: 'welfare' },
  procedures: { vi: 'Thủ tục hành chính', en: 'administrative procedures' },
  other: { vi: 'Khác', en: 'other' },
} as const;
export type FeedbackCategory = keyof typeof feedbackCategories;
export const FeedbackCategory = v.picklist(Object.keys(feedbackCategories) as [FeedbackCategory, ...FeedbackCategory[]]);

/** `held`: a person looks before it counts; `refused`: abuse or no matter for the office, with the reason told. */
export const feedbackStates = {
  held: { vi: 'Chờ kiểm duyệt', en: 'held for moderation' },
  received: { vi: 'Đã tiếp nhận', en: 'received' },
  assigned: { vi: 'Đang xử lý', en: 'being dealt with' },
  answered: { vi: 'Đã trả lời', en: 'answered' },
  refused: { vi: 'Không tiếp nhận', en: 'not accepted' },
} as const;
export type FeedbackState = keyof typeof feedbackStates;
export const FeedbackState = v.picklist(Object.keys(feedbackStates) as [FeedbackState, ...FeedbackState[]]);

/** Why something is held before a person has looked. */
export const holdReasons = {
  links: { vi: 'Có nhiều đường liên kết', en: 'several links' },
  repeated: { vi: 'Gửi lặp lại nội dung', en: 'the same words again' },
  shouting: { vi: 'Ký tự lặp hoặc toàn chữ hoa', en: 'repeated signs or capitals only' },
  many: { vi: 'Gửi nhiều trong ngày', en: 'many in one day' },
} as const;
export type HoldReason = keyof typeof holdReasons;

/** What messages are about. Emergencies go to everybody who takes messages at all. */
export const pushTopics = {
  emergency: { vi: 'Cảnh báo khẩn cấp', en: 'emergencies' },
  essential: { vi: 'Thông tin thiết yếu', en: 'essential information' },
  programme: { vi: 'Chương trình phát thanh', en: 'programmes' },
  answers: { vi: 'Trả lời phản ánh', en: 'answers to feedback' },
  polls: { vi: 'Bình chọn, khảo sát', en: 'polls and surveys' },
} as const;
export type PushTopic = keyof typeof pushTopics;
export const PushTopic = v.picklist(Object.keys(pushTopics) as [PushTopic, ...PushTopic[]]);

export const feedbackActs = ['assign', 'note', 'hold', 'accept', 'refuse', 'answer', 'publish', 'hide', 'link', 'rate', 'mended'] as const;
export type FeedbackAct = (typeof feedbackActs)[number];

/** Who votes once: a phone that a code proved, or an installation of the app. The second is easier to make anew, and says so. */
export const voterKinds = {
  phone: { vi: 'Mỗi số điện thoại đã xác thực một phiếu', en: 'one vote for each verified phone' },
  device: { vi: 'Mỗi thiết bị một phiếu (không xác minh người)', en: 'one vote for each device (persons are not verified)' },
} as const;
export type VoterKind = keyof typeof voterKinds;
export const VoterKind = v.picklist(['phone', 'device']);

// ── parts ────────────────────────────────────────────────────────────────────────────────────────

/** Plain words: no control signs but line ends. Pages draw them as text, never as markup. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;
export const plain = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.minLength(least),
    v.maxLength(most),
    v.check((text) => !controls.test(text), 'holds control signs'),
  );

/**
 * Vietnamese mobile or fixed number, as people write it: 0912 345 678 or +84912345678. One number has one form: written otherwise
 * it would be another voter, and `00` would ring abroad at the centre's cost.
 */
export const Phone = v.pipe(
  v.string(),
  v.maxLength(20),
  v.transform((text) => text.replaceAll(/[\s.-]/g, '').replace(/^(?:\+|00)?84(?=0?\d{9,10}$)0?/, '0')),
  v.regex(/^0(?:[35789]\d{8}|2\d{9})$/, 'must be a telephone number of Viet Nam'),
);
/** What the centre gave this installation; a secret of the device. */
export const DeviceWord = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{22}$/, 'must be what /api/public/device gave'));
/** What a code proved; lasts some hours. */
export const PhoneWord = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]{40,200}$/, 'must be what /api/public/phone/confirm gave'));
/** Made by the page for one thing that is sent: sent again it is the same thing. */
export const OnceWord = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hex digits'));
/** `PA-7KQ2M9XD`: says which; the secret beside it lets look. */
export const ReceiptNumber = v.pipe(
  v.string(),
  v.trim(),
  v.toUpperCase(),
  v.regex(/^PA-[2-9CDFGHJKMNPQRTVWXY]{8}$/, 'looks like PA-7KQ2M9XD'),
);
export const ReceiptSecret = v.pipe(
  v.string(),
  v.trim(),
  v.toUpperCase(),
  v.regex(/^[2-9CDFGHJKMNPQRTVWXY]{12}$/, 'must be the 12 signs beside the number'),
);
/** As it stands on a pole: the official code, or the name of the entry in the register. */
export const PoleCode = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64));

const StarCount = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5));
const photo = v.pipe(v.string(), v.maxLength(citizenLimits.photoLetters), v.startsWith('data:image/'));
const sound = v.pipe(v.string(), v.maxLength(citizenLimits.soundLetters), v.startsWith('data:audio/'));

// ── asked by residents ───────────────────────────────────────────────────────────────────────────

/** Sent again under the same `once` it is the same feedback and gets the same receipt. */
export const FeedbackRequest = v.pipe(
  v.strictObject({
    once: OnceWord,
    device: DeviceWord,
    kind: FeedbackKind,
    category: v.optional(FeedbackCategory, 'other'),
    /** Commune or hamlet it is about. */
    unit: Id,
    text: plain(3, citizenLimits.text),
    /** Of a loudspeaker: which pole, and what is wrong with it. */
    pole: v.optional(v.nullable(PoleCode), null),
    trouble: v.optional(v.nullable(LoudspeakerTrouble), null),
    /** Published item it is about. */
    item: v.optional(v.nullable(Id), null),
    photos: v.optional(v.pipe(v.array(photo), v.maxLength(citizenLimits.photos)), []),
    sound: v.optional(v.nullable(sound), null),
    /** Absent: anonymous. */
    phone: v.optional(v.nullable(PhoneWord), null),
    /** May the words be shown, without a name, beside the answer? */
    mayPublish: v.optional(v.boolean(), false),
  }),
  v.check(({ kind, trouble }) => (kind === 'loudspeaker') === (trouble !== null), 'a loudspeaker has a trouble, and nothing else has'),
);
export type FeedbackRequest = v.InferOutput<typeof FeedbackRequest>;

const receipt = { number: ReceiptNumber, secret: ReceiptSecret };
export const ReceiptLookRequest = v.strictObject(receipt);
/** How satisfied somebody is with the answer; once. */
export const SatisfactionRequest = v.strictObject({ ...receipt, stars: StarCount, text: v.optional(plain(0, 500), '') });
export type SatisfactionRequest = v.InferOutput<typeof SatisfactionRequest>;

export const PhoneRequest = v.strictObject({ phone: Phone, device: DeviceWord });
export const PhoneConfirmRequest = v.strictObject({
  challenge: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  code: v.pipe(v.string(), v.regex(/^\d{6}$/, 'must be six digits')),
});

const voter = { device: DeviceWord, phone: v.optional(v.nullable(PhoneWord), null) };
/** Again takes the place of the one before. A level is rated once a month for a unit. */
export const CitizenRatingRequest = v.union([
  v.strictObject({ ...voter, item: Id, unit: Id, stars: StarCount }),
  v.strictObject({ ...voter, programme: Id, unit: Id, stars: StarCount }),
  v.strictObject({ ...voter, level: RatedLevel, month: Month, unit: Id, stars: StarCount }),
]);
export type CitizenRatingRequest = v.InferOutput<typeof CitizenRatingRequest>;

/** One for each question of the poll, in its order: numbers of options, or words. */
export const BallotRequest = v.strictObject({
  ...voter,
  unit: Id,
  answers: v.pipe(
    v.array(
      v.union([
        v.pipe(
          v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(citizenLimits.options - 1))),
          v.maxLength(citizenLimits.options),
        ),
        plain(0, 1_000),
      ]),
    ),
    v.minLength(1),
    v.maxLength(citizenLimits.questions),
  ),
});
export type BallotRequest = v.InferOutput<typeof BallotRequest>;

const base64Url = (least: number, most: number) => v.pipe(v.string(), v.minLength(least), v.maxLength(most), v.regex(/^[\w-]+={0,2}$/));
/** As the browser's PushManager says it (W3C Push API, PushSubscription.toJSON). */
export const PushRequest = v.strictObject({
  device: DeviceWord,
  subscription: v.strictObject({
    endpoint: v.pipe(v.string(), v.maxLength(1_000), v.startsWith('https://')),
    expirationTime: v.optional(v.nullable(v.number()), null),
    keys: v.strictObject({ p256dh: base64Url(80, 100), auth: base64Url(20, 30) }),
  }),
  units: v.pipe(v.array(Id), v.minLength(1), v.maxLength(citizenLimits.units)),
  topics: v.pipe(v.array(PushTopic), v.maxLength(Object.keys(pushTopics).length)),
  /** What is no emergency comes together, once a day at about this hour; `null`: each as it comes. */
  digestHour: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(23))), null),
});
export type PushRequest = v.InferOutput<typeof PushRequest>;
/** The app says that a message came; `tag` came inside it. */
export const PushReceivedRequest = v.strictObject({ message: MessageId, tag: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,64}$/)) });
export const DeviceRequest = v.strictObject({ device: DeviceWord });
/** Everything of this device, and of this phone where one is proved. */
export const MyDataRequest = v.strictObject(voter);

// ── asked by officials ───────────────────────────────────────────────────────────────────────────

const Note = v.optional(plain(0, 500), '');
/** Steps that somebody has seen: what changed meanwhile is not written over. */
const Seen = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(citizenLimits.steps));
export const FeedbackAssignRequest = v.strictObject({ seen: Seen, assignee: Id, note: Note });
export const FeedbackNoteRequest = v.strictObject({ seen: Seen, note: plain(1, 500) });
export const FeedbackJudgeRequest = v.strictObject({ seen: Seen, note: Note });
export const FeedbackRefuseRequest = v.strictObject({ seen: Seen, reason: plain(3, 500) });
/** Told to the resident at once. Again: a correction, and both are shown. */
export const FeedbackAnswerRequest = v.strictObject({ seen: Seen, text: plain(3, citizenLimits.text) });
/** What everybody may read: the question in the office's words, without anything of a person. */
export const FeedbackPublishRequest = v.strictObject({ seen: Seen, question: plain(3, 1_000), answer: plain(3, citizenLimits.text) });
/** The answer was told on the loudspeakers: by this source item, or this programme. */
export const FeedbackLinkRequest = v.union([v.strictObject({ seen: Seen, item: Id }), v.strictObject({ seen: Seen, programme: Id })]);

export const PollQuestion = v.variant('type', [
  v.strictObject({
    ...{ type: v.literal('one'), text: plain(1, 300) },
    options: v.pipe(v.array(plain(1, 200)), v.minLength(2), v.maxLength(citizenLimits.options)),
  }),
  v.strictObject({
    ...{ type: v.literal('many'), text: plain(1, 300) },
    options: v.pipe(v.array(plain(1, 200)), v.minLength(2), v.maxLength(citizenLimits.options)),
  }),
  v.strictObject({ type: v.literal('text'), text: plain(1, 300) }),
]);
export type PollQuestion = v.InferOutput<typeof PollQuestion>;

/** A poll asks one question; a survey several. */
export const PollRequest = v.pipe(
  v.strictObject({
    kind: v.picklist(['poll', 'survey']),
    unit: Id,
    title: plain(1, 200),
    text: v.optional(plain(0, 2_000), ''),
    questions: v.pipe(v.array(PollQuestion), v.minLength(1), v.maxLength(citizenLimits.questions)),
    voter: VoterKind,
    opensMs: InstantMs,
    closesMs: InstantMs,
  }),
  v.check(
    ({ kind, questions }) => kind === 'survey' || (questions.length === 1 && questions[0]?.type !== 'text'),
    'a poll asks one question with options',
  ),
  v.check(({ opensMs, closesMs }) => closesMs > opensMs, 'it closes before it opens'),
);
export type PollRequest = v.InferOutput<typeof PollRequest>;

/** Days that what people said is kept after it was answered; then words, pictures and phone go and the figures stay. */
const keptDays = v.pipe(v.number(), v.integer(), v.minValue(30), v.maxValue(3_650));
const WebLink = v.pipe(v.string(), v.maxLength(500), v.url(), v.startsWith('https://'));
export const CitizenSettings = v.strictObject({
  /** Whom to call: shown as given. */
  contacts: v.pipe(
    v.array(
      v.strictObject({ name: plain(1, 120), phone: v.pipe(v.string(), v.regex(/^\+?[\d ]{3,20}$/)), note: v.optional(plain(0, 200), '') }),
    ),
    v.maxLength(citizenLimits.contacts),
  ),
  /** Ways out to public and payment portals; no money is handled here. */
  links: v.pipe(
    v.array(v.strictObject({ title: plain(1, 120), url: WebLink, note: v.optional(plain(0, 200), '') })),
    v.maxLength(citizenLimits.links),
  ),
  keptDays,
  /** Push services that messages may go to, with their port where it is not 443. */
  pushHosts: v.pipe(v.array(v.pipe(v.string(), v.regex(/^(\*\.)?[a-z0-9.-]{1,200}(:\d{1,5})?$/))), v.maxLength(citizenLimits.pushHosts)),
  /** Gateway that sends codes and answers by SMS; `secret` stays as it was where it is absent. */
  sms: v.nullable(
    v.strictObject({
      url: v.pipe(v.string(), v.maxLength(500), v.url()),
      secret: v.optional(v.pipe(v.string(), v.minLength(16), v.maxLength(200))),
    }),
  ),
});
export type CitizenSettings = v.InferOutput<typeof CitizenSettings>;

export const citizenShapes = {
  ...{ FeedbackRequest, ReceiptLookRequest, SatisfactionRequest, PhoneRequest, PhoneConfirmRequest, CitizenRatingRequest, BallotRequest },
  ...{ PushRequest, PushReceivedRequest, DeviceRequest, MyDataRequest, FeedbackAssignRequest, FeedbackNoteRequest, FeedbackJudgeRequest },
  ...{ FeedbackRefuseRequest, FeedbackAnswerRequest, FeedbackPublishRequest, FeedbackLinkRequest, PollRequest, CitizenSettings },
};
