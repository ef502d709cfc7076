// Frames on the topic of orders: bytes of a stranger never sound, and what officers signed is refused or sounds as they signed it.
import { cryptography } from '../../hardware/host/crypto.ts';
import { decodeFrame, encodeFrame } from '../../schemas/frame.ts';
import { Order } from '../../schemas/order.ts';
import { parse } from '../../schemas/parse.ts';
import { ForgeBox } from '../chaos/forge/box.ts';
import { makeLoot, mandated, signed, words } from '../chaos/forge/loot.ts';
import { bent } from './bent-json.ts';
import { holds, judged, modeOf, same } from './judged.ts';

const loot = makeLoot(() => 0.5);
/** A box takes a while to make: it is used until it took something, and for so many inputs at most. */
const lifeInputs = 200;
const life = { box: new ForgeBox(loot), inputs: 0 };
const full: Order = {
  ...words,
  riskLevel: 3,
  floodAlarm: 2,
  issuer: 'Ban Chỉ huy Phòng thủ dân sự xã',
  speech: [...words.speech, { language: 'hmn', speak: 'Dej nyab.', audio: { sha256: 'a'.repeat(64), bytes: 4, durationMs: 900 } }],
  screens: [{ language: 'hmn', title: 'DEJ NYAB', text: '' }],
  updates: ['o-1'],
  volume: 'full',
};
const genuine = signed(loot, { order: full, said: { id: 'o-genuine' } });

export function fuzz(data: Buffer): void {
  judged(() => {
    const [mode, rest] = modeOf(data, 4);
    if (mode === 0) stranger(rest);
    else if (mode === 1) changed(rest);
    else officers(rest, mode === 2);
  });
}

function offered(word: 'order' | 'drill', frame: Uint8Array): string[] {
  if (++life.inputs % lifeInputs === 0) life.box = new ForgeBox(loot);
  const taken = life.box.offer({ word, frame });
  if (taken.length > 0) life.box = new ForgeBox(loot);
  return taken;
}

function stranger(frame: Uint8Array): void {
  const read = decodeFrame(frame, cryptography);
  if (read.ok) {
    const again = decodeFrame(encodeFrame(read.value.head, read.value.attachments.values()), cryptography);
    holds(again.ok && again.value.head === read.value.head, 'a frame that is written again has another head');
    same([...again.value.attachments.keys()], [...read.value.attachments.keys()], 'a frame that is written again has other attachments');
  }
  for (const word of ['order', 'drill'] as const) holds(offered(word, frame).length === 0, 'bytes of a stranger were accepted as an order');
}

/** A stolen broker bends what it carries: the order sounds as it was, or not at all. */
function changed(bytes: Uint8Array): void {
  const head = bent({ orders: [genuine] }, bytes) as object;
  // The same order again and again: a box that has not heard it yet.
  life.box = new ForgeBox(loot);
  const taken = offered('order', encodeFrame(JSON.stringify(head ?? null), [bytes.subarray(0, 4)]));
  holds(taken.every((id) => id === 'o-genuine') && taken.length <= 1, `taken as ${taken.join(' ')}`);
}

/** Officers and gateways are people with programs: whatever they sign is refused, or is an order by the letter. */
function officers(bytes: Uint8Array, byHand: boolean): void {
  // A mandate allows templates by the letter; what it lets be filled in is bent besides.
  const order = bent(byHand ? full : words, bytes) as Order;
  if (typeof order !== 'object' || order === null) return;
  const envelope = byHand ? signed(loot, { order }) : mandated(loot, { order });
  const taken = offered('order', loot.frame(envelope));
  if (taken.length === 0) return;
  const { authority: _, ...written } = { ...words, ...order };
  const read = parse(Order, written);
  holds(read.ok, `accepted although it is no order: ${read.ok ? '' : read.problem.detail}`);
  same(read.value, written, 'an order was read otherwise than written');
}
