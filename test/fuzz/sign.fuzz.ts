// The serial lines of a pole: a LED sign's answers, what a sign makes of noise, and a meter's registers. Noise is passed over and never
// believed, however the line cuts it; what we write is read back as it was meant.
import { type Answer, AnswerReader, framed, priorityBytesMax, writePriority } from '../../hardware/display/alpha-frames.ts';
import { SimulatedSign } from '../../hardware/display/simulated-sign.ts';
import { readReply, readRequest, registersMax, withCrc } from '../../hardware/serial/modbus-rtu.ts';
import { holds, judged, modeOf, same, textOf } from './judged.ts';

const address = { type: 'Z', number: '00' };

export function fuzz(data: Buffer): void {
  judged(() => {
    const [mode, rest] = modeOf(data, 4);
    if (mode === 0) answers(rest);
    else if (mode === 1) noise(rest);
    else if (mode === 2) words(textOf(rest.subarray(0, 400)));
    else registers(rest);
  });
}

function heard(bytes: Uint8Array, step: number): Answer[] {
  const told: Answer[] = [];
  const reader = new AnswerReader((answer) => told.push(answer));
  for (let at = 0; at < bytes.length; at += step) reader.take(bytes.subarray(at, at + step));
  return told;
}

function answers(bytes: Uint8Array): void {
  const whole = heard(bytes, Math.max(1, bytes.length));
  same(heard(bytes, 1), whole, 'answers depend on how the line cut them');
  for (const answer of whole) if (answer.is === 'file') holds(answer.words.length <= 4_096, 'an answer longer than any');
}

/** A sign that heard noise may miss the end of what it took for a transmission; what it is told twice it shows. */
function noise(bytes: Uint8Array): void {
  const sign = new SimulatedSign({ columns: 80, rows: 16, answers: true, now: () => 0 });
  sign.take(bytes);
  sign.seen();
  tell(sign, 'LŨ QUÉT');
  tell(sign, 'LŨ QUÉT');
  holds(sign.overridden() && sign.words() === 'L? QU?T', `after noise an order shows as ${JSON.stringify(sign.words())}`);
}

function words(text: string): void {
  const sign = new SimulatedSign({ columns: 80, rows: 16, now: () => 0 });
  tell(sign, text);
  holds(sign.faults().count === 0, `what was written for a sign is a fault to it: ${sign.faults().register}`);
  // Its place and mode take three of what the file holds.
  const shown = text
    .replace(/[^ -~]/g, '?')
    .slice(0, priorityBytesMax - 3)
    .trim();
  holds(sign.words() === shown, `${JSON.stringify(shown)} shows as ${JSON.stringify(sign.words())}`);
}

function tell(sign: SimulatedSign, text: string): void {
  for (const { bytes } of framed([writePriority(text, 'middle')], address)) sign.take(bytes);
}

/** Only a frame with the right check sum, from the right device, of the right length is an answer. */
function registers(bytes: Uint8Array): void {
  const [address = 0, wish = 0, ...line] = bytes;
  const read = wish & 1 ? 3 : 4;
  const count = 1 + ((wish >> 1) % registersMax);
  const noise = Uint8Array.from(line);
  const found = readReply(noise, address, read, count);
  if (found?.ok) holds(found.value.length === count && noise.length >= 5 + 2 * count, 'registers from nowhere');
  // A good answer behind the echo of its request is found, whatever came before: unless what came before was an answer itself.
  if (found !== undefined) return;
  const values = Array.from({ length: count }, (_, at) => ((noise[at] ?? 7) << 8) | at);
  const good = withCrc([address, read, 2 * count, ...values.flatMap((value) => [value >> 8, value & 255])]);
  const all = Uint8Array.from([...readRequest(address, read, 0, count), ...good]);
  const reply = readReply(all, address, read, count);
  holds(reply?.ok === true, 'a good answer was not heard');
  same([...reply.value], values, 'registers changed on their way');
}
