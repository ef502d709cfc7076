// What a modem says, or a bad cable, or whoever sends text messages: lines are cut and read without believing, and a message that looks
// like an order is one only by its signature.

import { cryptography, generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import {
  betterOf,
  cleaned,
  endOf,
  operatorOf,
  registrationOf,
  signalOfCesq,
  signalOfCsq,
  simOf,
  simOfError,
  storedOf,
} from '../../hardware/serial/modem-replies.ts';
import { readDeliver, writeDeliver } from '../../hardware/serial/sms-pdu.ts';
import { LineCutter, lineBytesMax } from '../../hardware/serial.ts';
import { keyRing } from '../../schemas/keys.ts';
import { decodeSmsOrder, encodeSmsOrder, smsOrderBytes, verifySmsOrder } from '../../schemas/sms-order.ts';
import { makeLoot } from '../chaos/forge/loot.ts';
import { holds, judged, modeOf, same } from './judged.ts';

const loot = makeLoot(() => 0.5);
const ring = keyRing(loot.root, loot.document('e1', 10), 'loa-1', cryptography);
if (!ring.ok) throw new Error(ring.problem.detail);
const place = ring.value;
const stranger = signerFrom(generateSigningKey().privateKeyPem);

export function fuzz(data: Buffer): void {
  judged(() => {
    const [mode, rest] = modeOf(data, 3);
    if (mode === 0) line(rest);
    else if (mode === 1) message(Buffer.from(rest).toString('hex'));
    else order(rest);
  });
}

function cut(bytes: Uint8Array, step: number): string[] {
  const lines: string[] = [];
  const cutter = new LineCutter((one) => lines.push(one));
  for (let at = 0; at < bytes.length; at += step) cutter.take(bytes.subarray(at, at + step));
  return lines;
}

function line(bytes: Uint8Array): void {
  const raw = cut(bytes, Math.max(1, bytes.length));
  same(cut(bytes, 1), raw, 'lines depend on how the line was cut');
  holds(
    raw.every((one) => one.length <= lineBytesMax),
    'a line longer than any',
  );
  const lines = raw.map(cleaned);
  holds(
    lines.every((one) => /^[\x20-\x7e]*$/.test(one)),
    'a line with controls',
  );
  for (const one of lines) {
    const end = endOf(one);
    if (end && !end.ok) simOfError(end.code);
  }
  simOf(lines);
  betterOf(registrationOf(lines, '+CREG'), registrationOf(lines, '+CEREG'));
  for (const signal of [signalOfCsq(lines), signalOfCesq(lines)])
    if (signal) holds(signal.dbm >= -141 && signal.dbm <= -25, `a signal of ${signal.dbm} dBm`);
  holds((operatorOf(lines) ?? '').length <= 32, 'an operator with a long name');
  for (const { index, pdu } of storedOf(lines)) {
    holds(Number.isInteger(index) && index >= 0 && index <= 9_999, `a message at ${index}`);
    if (pdu !== null) message(pdu);
  }
}

function message(pdu: string): void {
  const read = readDeliver(pdu);
  if (!read.ok) return;
  const { from, data } = read.value;
  holds(data.length <= 140 && from.length <= 21, 'a message longer than any');
  if (/^\+?\d{1,20}$/.test(from)) {
    const again = readDeliver(writeDeliver({ from, data }));
    holds(again.ok, 'a message that is written again is none');
    same([again.value.from, ...again.value.data], [from, ...data], 'a message says something else when it is written again');
  }
  holds(!verifySmsOrder(data, place, ['o-1'], cryptography).ok, 'a text message without a signature was believed');
}

/** The 76 octets of a body under a stranger's signature. */
function order(body: Uint8Array): void {
  const bytes = Buffer.alloc(smsOrderBytes);
  Buffer.from(body).copy(bytes, 64, 0, 76);
  const read = decodeSmsOrder(bytes);
  if (!read.ok) return;
  const again = decodeSmsOrder(encodeSmsOrder(read.value, stranger));
  holds(again.ok, 'an order that is written again is none');
  same(again.value, read.value, 'an order says something else when it is written again');
  const known = { ...read.value, keyid: loot.keys.communeOrder.signer.keyid };
  holds(!verifySmsOrder(encodeSmsOrder(known, stranger), place, ['o-1'], cryptography).ok, "a stranger's order was believed");
}
