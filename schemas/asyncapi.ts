// The bus described by itself: AsyncAPI 3.0 from the words that topics are built of and the shapes that travel on them.
import { jsonSchemaOf, type WireName } from './json-schema.ts';
import { type boxDown, type boxUp, buildTopic, type groupDown, type Topic } from './topics.ts';

type BoxWord = `up/${(typeof boxUp)[number]}` | `dn/${(typeof boxDown)[number]}`;
type GroupWord = (typeof groupDown)[number];

/** What travels on a topic: a plain shape, a signed envelope around a body, or a frame of envelopes with sound behind them. */
interface Carried {
  readonly form: 'plain' | 'signed' | 'frame';
  /** Of the plain message, or of the signed body; several where the statement's type says which. */
  readonly shapes: readonly WireName[];
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly vi: string;
}

const carried = (form: Carried['form'], shapes: readonly WireName[], qos: 0 | 1, retain: boolean, vi: string): Carried => ({
  ...{ form, shapes, qos, retain, vi },
});

/** A word that topics know and this table does not, does not compile. */
const ofBox: Readonly<Record<BoxWord, Carried>> = {
  'up/on': carried('plain', ['Presence'], 1, true, 'Hộp có mặt; di chúc là on: false'),
  'up/report': carried('plain', ['Report'], 1, true, 'Trạng thái của hộp, nhiều nhất 8 KB'),
  'up/log': carried('signed', ['LogBatch'], 1, false, 'Biên nhận và nhật ký, có chữ ký của hộp'),
  'up/tm': carried('plain', ['Telemetry'], 0, false, 'Số đo, năm phút một lần'),
  'up/ask': carried('plain', ['Ask'], 1, false, 'Hộp hỏi giờ hoặc hỏi lại want'),
  'dn/want': carried('signed', ['Want'], 1, true, 'Mọi việc hộp phải làm, một tài liệu'),
  'dn/keys': carried('plain', ['KeysDocument'], 1, true, 'Khóa mà hộp tin, tự chứng minh'),
  'dn/cmd': carried('signed', ['Command', 'LiveSession'], 1, false, 'Lệnh chỉ có nghĩa lúc này'),
  'dn/ack': carried('signed', ['Ack'], 1, false, 'Trung tâm đã ghi đến dòng nào'),
  'dn/answer': carried('signed', ['Answer'], 1, false, 'Câu trả lời gắn với câu hỏi'),
};

const ofGroup: Readonly<Record<GroupWord, Carried>> = {
  order: carried('frame', ['Order', 'Clear'], 1, true, 'Lệnh khẩn cấp đang có hiệu lực, kèm âm thanh'),
  drill: carried('frame', ['Order', 'Clear'], 1, true, 'Lệnh diễn tập, kèm âm thanh'),
  cmd: carried('signed', ['Command', 'LiveSession'], 1, false, 'Lệnh và phiên trực tiếp cho cả nhóm'),
};

const ofCentre = carried('signed', ['Heartbeat'], 1, true, 'Nhịp của trung tâm, mỗi 300 giây');

export interface BusChannel {
  readonly name: string;
  readonly topic: Topic;
  readonly carried: Carried;
}

/** A topic of each form, named; `id` stands where an id stands. */
export function busChannels(): readonly BusChannel[] {
  const words = Object.entries(ofBox).map(([words, what]) => [...words.split('/'), what] as unknown as ['up' | 'dn', never, Carried]);
  return [
    ...(['box', 'centre-below'] as const).flatMap((of) =>
      words.map(([direction, word, what]) => ({
        ...{ name: `${of === 'box' ? 'box' : 'below'}-${direction}-${word}`, carried: what },
        topic: { of, id, direction, word } as Topic,
      })),
    ),
    ...Object.entries(ofGroup).map(([word, what]) => ({
      ...{ name: `group-${word}`, carried: what, topic: { of: 'group', id, word: word as GroupWord } as const },
    })),
    { name: 'centre-on', carried: ofCentre, topic: { of: 'centre', id, word: 'on' } },
  ];
}

/** An id that topics allow and that no pattern of AsyncAPI reads as its own. */
const id = 'x';

/** AsyncAPI 3.0.0 (asyncapi.com/docs/reference/specification/v3.0.0), seen from the centre: it receives what goes up. */
export function asyncApi(version: string): object {
  const channels = busChannels();
  const names = new Set<WireName>(['Envelope', 'Statement', ...channels.flatMap((one) => one.carried.shapes)]);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Loa',
      version,
      license: { name: 'Apache-2.0' },
      description: 'MQTT 3.1.1 over mutual TLS; a name in a certificate opens the topics of that name alone. No wildcard is needed.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(channels.map((one) => [one.name, channelOf(one)])),
    operations: Object.fromEntries(channels.map((one) => [one.name, operationOf(one)])),
    components: {
      messages: Object.fromEntries(channels.map((one) => [one.name, messageOf(one)])),
      schemas: Object.fromEntries([...names].map((name) => [name, schemaOf(name)])),
    },
  };
}

const idMeans: Readonly<Record<Topic['of'], string>> = {
  box: 'hộp (box)',
  'centre-below': 'trung tâm cấp dưới (a centre seen by its parent)',
  group: 'nhóm (group)',
  centre: 'trung tâm (centre)',
};

function channelOf({ name, topic, carried: { vi } }: BusChannel): object {
  return {
    address: buildTopic(topic).replace(`/${id}/`, '/{id}/'),
    description: vi,
    parameters: { id: { description: idMeans[topic.of] } },
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
  };
}

function operationOf({ name, topic, carried: { qos, retain } }: BusChannel): object {
  const up = 'direction' in topic && topic.direction === 'up';
  return {
    action: up ? 'receive' : 'send',
    channel: { $ref: `#/channels/${name}` },
    messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
    bindings: { mqtt: { qos, retain, bindingVersion: '0.2.0' } },
  };
}

function messageOf({ name, carried: { form, shapes, vi } }: BusChannel): object {
  const refs = shapes.map((shape) => ({ $ref: `#/components/schemas/${shape}` }));
  const body = refs.length === 1 ? refs[0] : { oneOf: refs };
  if (form === 'plain') return { name, summary: vi, payload: body };
  const signed = { $ref: '#/components/schemas/Envelope' };
  if (form === 'signed')
    return { name, summary: vi, payload: signed, 'x-loa-statement': { $ref: '#/components/schemas/Statement' }, 'x-loa-body': body };
  const head = { type: 'object', required: ['orders'], properties: { orders: { type: 'array', items: signed } } };
  return {
    ...{ name, summary: vi, contentType: 'application/vnd.loa.frame' },
    description:
      'LOA1, then parts each after its length (u32, big-endian): the head as JSON, then sounds that statements in it name by SHA-256. Empty: none.',
    payload: head,
    'x-loa-body': body,
  };
}

function schemaOf(name: WireName): object {
  const { $schema: _dialect, $id: _id, ...rest } = jsonSchemaOf(name);
  return rest;
}
