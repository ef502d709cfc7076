// What a broken or hostile way does to messages: doubled, out of order, bent, garbage on every topic, another client with the box's id.
import { encodeFrame } from '../../../schemas/frame.ts';
import { monoNowMs } from '../../wire/ear.ts';
import { chance } from '../../world/random.ts';
import { type Bed, must, pass, soon, tone, withBed } from './bed.ts';
import { intrude, strangersCard } from './intruder.ts';
import type { Row } from './row.ts';

const orderTopic = 'loa/1/g/xa-1/order';

async function send({ centre }: Bed, topic: string, payload: Uint8Array | string, retain = false): Promise<void> {
  await centre.broker.publish(topic, Buffer.from(payload), { qos: 1, retain });
}

function hundredTimes(): Promise<string> {
  return withBed({}, async (bed) => {
    const envelope = bed.sign('o-1', { times: 1 });
    const { lines } = { ...bed.program.log };
    const fromMonoMs = monoNowMs();
    for (let i = 0; i < 100; i++) await bed.give([envelope]);
    await bed.waitTold('o-1', 'ended');
    await bed.quiet(1_500);
    must(bed.told('o-1', 'accepted').length === 1 && bed.told('o-1', 'sounding').length === 1, 'one start, told once');
    const receipts = bed.centre.facts.filter((fact) => fact.kind === 'receipt' && fact.receipt.occurrence === 'o-1@main');
    must(receipts.length === 1, `${receipts.length} receipts`);
    // Once is 2.8 s; on a busy machine the output starves and the sound has holes.
    must(bed.soundMs(fromMonoMs) < 4_500, 'it sounds once');
    const logged = bed.program.log.lines - lines;
    must(logged <= 100, `${logged} log lines`);
    return `1 start, 1 receipt, ${logged} log lines`;
  });
}

function clearFirst(): Promise<string> {
  return withBed({}, async (bed) => {
    const early = bed.sign('o-1', { times: 1 });
    await bed.give([bed.clear(['o-1'])]);
    await pass(300);
    await bed.give([early]);
    must(['cleared', 'replayed'].includes((await bed.waitTold('o-1', 'refused')).problem?.code ?? ''), 'refused as cleared');
    await bed.quiet(1_500);
    const later = bed.sign('o-1', { times: 1 });
    await bed.give([later]);
    await bed.quiet(1_500);
    must(bed.told('o-1', 'sounding').length === 0, 'never a start after its clear');
    const fromMonoMs = await bed.give([bed.sign('o-2', { times: 1 })]);
    return `next order heard after ${Math.round(await bed.soundsAfter(fromMonoMs, 5_000))} ms`;
  });
}

/** The newer word arrives first; the older one behind it must not take the air back. */
function newerFirst(): Promise<string> {
  return withBed({}, async (bed) => {
    const before = bed.sign('o-1', { times: 3 });
    const after = bed.sign('o-2', { times: 1 });
    const fromMonoMs = await bed.give([after]);
    const afterMs = await bed.soundsAfter(fromMonoMs);
    await bed.give([before]);
    must((await bed.waitTold('o-1', 'refused')).problem?.code === 'replayed', 'the older one is refused');
    await bed.waitTold('o-2', 'ended');
    await bed.quiet(1_500);
    must(bed.told('o-1', 'sounding').length === 0, 'the older one never sounds');
    return `newest heard after ${Math.round(afterMs)} ms`;
  });
}

/** 24 KB each: a box on a busy machine keeps up. */
const bentEveryMs = 15;

function bentFrames(): Promise<string> {
  return withBed({}, async (bed) => {
    const luck = chance(7);
    const { joined } = bed.line;
    const fromMonoMs = monoNowMs();
    const bent = 600;
    for (let i = 0; i < bent; i++) {
      await send(bed, orderTopic, bend(Buffer.from(frameOf(bed, `bent-${i}`)), i % 4, luck));
      // A reader that falls 4 MiB behind is cut by the broker, bent or not; this is about what the box makes of each.
      await pass(bentEveryMs);
    }
    const orderMonoMs = await bed.give([bed.sign('o-1', { times: 1 })]);
    const afterMs = await bed.soundsAfter(orderMonoMs, 5_000);
    const early = bed.firstSound(fromMonoMs);
    must(early === undefined || early >= orderMonoMs, 'a bent frame sounded');
    must(bed.line.joined === joined, 'the connection was lost');
    await bed.waitTold('o-1', 'ended');
    must(
      bed.centre.facts.every((fact) => fact.kind !== 'order' || fact.order === 'o-1' || fact.state === 'refused'),
      'one was accepted',
    );
    return `${bent} bent, 0 sounded; genuine one behind them after ${Math.round(afterMs)} ms`;
  });
}

function frameOf(bed: Bed, id: string): Uint8Array {
  return encodeFrame(JSON.stringify({ orders: [bed.sign(id, { times: 1 })] }), [tone]);
}

/** One bit of head or signature, a cut, a wrong length, bytes put in. */
function bend(frame: Buffer, how: number, luck: () => number): Buffer {
  const headBytes = frame.length - tone.length - 4;
  const at = Math.floor(luck() * headBytes);
  if (how === 0) {
    // Whitespace of JSON apart, each bit of the head is signed or structure.
    frame[at] = (frame[at] ?? 0) ^ (1 << Math.floor(luck() * 8));
    return frame;
  }
  if (how === 1) return frame.subarray(0, at);
  if (how === 2) {
    frame.writeUInt32BE(Math.floor(luck() * 0xffff_ffff), 0);
    return frame;
  }
  return Buffer.concat([frame.subarray(0, at), Buffer.from(Array.from({ length: 9 }, () => Math.floor(luck() * 256))), frame.subarray(at)]);
}

function garbageEverywhere(): Promise<string> {
  return withBed({}, async (bed) => {
    const old = bed.sign('o-old', { times: 1 });
    await bed.give([old]);
    await bed.waitTold('o-old', 'ended');
    const words = ['want', 'keys', 'cmd', 'ack', 'answer'].map((word) => `loa/1/d/loa-1/dn/${word}`);
    const topics = [...words, 'loa/1/g/xa-1/cmd', 'loa/1/g/xa-1/drill', 'loa/1/c/xa-1/on'];
    const rubbish = ['', 'x', '{}', '[]', 'null', '{"orders":[]}', `{"payload":"${'A'.repeat(4_000)}"}`, '\u0000\u0001\u0002'];
    for (const [i, topic] of topics.entries()) {
      const payload = rubbish[i % rubbish.length] ?? '';
      // Our broker retains no commands; a worse one sends them all the same.
      await send(bed, topic, payload, true).catch(() => send(bed, topic, payload));
    }
    // The retained order of yesterday is garbage too.
    await bed.crash();
    await bed.quiet(2_500);
    const fromMonoMs = await bed.give([old, bed.sign('o-1', { times: 1 })]);
    const afterMs = await bed.soundsAfter(fromMonoMs, 5_000);
    await bed.waitTold('o-1', 'ended');
    must(bed.told('o-old', 'sounding').length === 1, 'the retained old order sounded again');
    return `${topics.length} topics, silent; order after ${Math.round(afterMs)} ms`;
  });
}

function takenOver(): Promise<string> {
  return withBed({}, async (bed) => {
    const other = await strangersCard();
    const stranger = await intrude(bed, other);
    await other.stop();
    must(stranger.refused, 'a client with another certificate was let in as the box');
    must((await bed.look()).link.up, 'the box lost its line to it');
    let takenOver = 0;
    for (let i = 0; i < 5; i++) {
      const thief = await intrude(bed, bed);
      // Places changed too often: whoever is there stays.
      if (thief.refused) continue;
      takenOver++;
      await soon('the box to be back', () => thief.gone || undefined, 10_000);
    }
    must(takenOver > 0, 'a copy of the card could not connect: nothing was tried');
    await soon('the line', async () => (await bed.look()).link.up || undefined);
    const fromMonoMs = await bed.give([bed.sign('o-1', { times: 1 })]);
    const afterMs = await bed.soundsAfter(fromMonoMs, 5_000);
    await bed.waitTold('o-1', 'ended');
    return `${takenOver} of 5 take-overs let in, back each time; order after ${Math.round(afterMs)} ms`;
  });
}

export const messageRows: readonly Row[] = [
  {
    name: 'duplicate-100',
    done: 'the same order published 100 times',
    holds: 'one start, one receipt, at most 100 log lines',
    run: hundredTimes,
  },
  {
    name: 'clear-before-order',
    done: 'the clear arrives before its order',
    holds: 'that order never starts; the next one does',
    run: clearFirst,
  },
  {
    name: 'update-before-order',
    done: 'the newer order arrives before the older',
    holds: 'the newer sounds, the older is refused',
    run: newerFirst,
  },
  {
    name: 'bent-frames',
    done: '600 frames with flipped bits, cuts, wrong lengths, inserted bytes',
    holds: 'silent, connection survives, the genuine order directly behind sounds ≤ 5 s',
    run: bentFrames,
  },
  {
    name: 'retained-garbage',
    done: 'garbage retained on every topic and yesterday’s order on its own; the box restarts into it',
    holds: 'nothing starts; a new order does',
    run: garbageEverywhere,
  },
  {
    name: 'client-id-taken',
    done: 'a second connection with the box’s id: by another certificate, then five times by a stolen copy',
    holds: 'the stranger is refused; after each take-over that is let in the box is back, and hears its order ≤ 5 s',
    run: takenOver,
  },
];
