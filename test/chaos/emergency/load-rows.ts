// Floods, crowds and weak lines: the genuine order is heard within its bound, and the box stays small.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sha256 } from '../../../hardware/host/crypto.ts';
import { encodeFrame } from '../../../schemas/frame.ts';
import { monoNowMs } from '../../wire/ear.ts';
import { type Bed, must, pass, soon, speechMs, toneWav, withBed } from './bed.ts';
import type { Row } from './row.ts';

const floodMessages = 10_000;
const orderWithinMs = 5_000;
const rssGrowthMax = 64 * 1024 * 1024;

/** Peak of the resident set since the start, bytes. */
function peakRss({ program }: Bed): number {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** Messages as fast as the broker takes them, with a genuine order after each fifth of them. */
async function flooded(bed: Bed, send: (i: number) => Promise<unknown>): Promise<string> {
  const [rss, lines] = [peakRss(bed), bed.program.log.lines];
  const latenciesMs: number[] = [];
  for (let part = 0; part < 5; part++) {
    const sent: Promise<unknown>[] = [];
    for (let i = 0; i < floodMessages / 10; i++) sent.push(send(part * 2_000 + i));
    const fromMonoMs = await bed.give([bed.sign(`o-${part}`, { times: 1, sirenMs: 500 })]);
    for (let i = floodMessages / 10; i < floodMessages / 5; i++) sent.push(send(part * 2_000 + i));
    latenciesMs.push(await bed.soundsAfter(fromMonoMs, 20_000));
    await Promise.all(sent);
    await bed.waitTold(`o-${part}`, 'ended', 20_000);
    await soon('silence', async () => !(await bed.closedRelays()) || undefined, 10_000);
  }
  const worstMs = Math.max(...latenciesMs);
  const [grown, logged] = [peakRss(bed) - rss, bed.program.log.lines - lines];
  must(worstMs <= orderWithinMs, `an order was heard after ${Math.round(worstMs)} ms only`);
  must(grown <= rssGrowthMax, `the box grew by ${Math.round(grown / 1e6)} MB`);
  must(logged <= 400, `${logged} log lines`);
  return `5 orders, the slowest after ${Math.round(worstMs)} ms; RSS +${Math.round(grown / 1e6)} MB; ${logged} log lines`;
}

function floodOfCommands(): Promise<string> {
  return withBed({}, async (bed) => {
    const commands = Array.from({ length: floodMessages }, () =>
      JSON.stringify(bed.centre.sign('command', 'd/loa-1', { do: 'report' }, { id: `c-${Math.random()}`.replace('.', '') })),
    );
    const figure = await flooded(bed, (i) =>
      bed.centre.broker.publish('loa/1/d/loa-1/dn/cmd', commands[i] ?? '', { qos: 1, retain: false }),
    );
    must(bed.fault('flood', 'raised') !== undefined, 'nobody was told of the flood');
    return figure;
  });
}

function floodOfForgeries(): Promise<string> {
  return withBed({}, (bed) => {
    const topics = ['loa/1/g/xa-1/order', 'loa/1/d/loa-1/dn/cmd', 'loa/1/d/loa-1/dn/want', 'loa/1/g/xa-1/drill'];
    const unsigned = (i: number) => ({
      payloadType: 'application/vnd.loa.order+json',
      payload: randomBytes(300).toString('base64'),
      signatures: [{ keyid: `k${i}`, sig: randomBytes(64).toString('base64') }],
    });
    return flooded(bed, (i) => {
      const topic = topics[i % topics.length] ?? '';
      const envelope = unsigned(i);
      const payload = topic.startsWith('loa/1/g')
        ? Buffer.from(encodeFrame(JSON.stringify({ orders: [envelope] }), []))
        : JSON.stringify(envelope);
      return bed.centre.broker.publish(topic, payload, { qos: 1, retain: false });
    });
  });
}

const crowdGroups = ['xa-1', 'xa-2', 'xa-3', 'xa-4'] as const;
const severities = ['Extreme', 'Severe', 'Moderate', 'Minor'] as const;

/** 52 orders at one second: thirteen in each of four groups, four degrees of severity, all short. */
function fiftyTwo(): Promise<string> {
  return withBed({ groups: crowdGroups }, async (bed) => {
    const orders = crowdGroups.map((group) =>
      Array.from({ length: 13 }, (_, i) =>
        bed.sign(`o-${group}-${i}`, { times: 1, sirenMs: 300, severity: severities[i % 4] ?? 'Minor' }, {}, group),
      ),
    );
    const fromMonoMs = monoNowMs();
    await Promise.all(crowdGroups.map((group, at) => bed.give(orders[at] ?? [], [], group)));
    const firstMs = await bed.soundsAfter(fromMonoMs, orderWithinMs);
    const ids = crowdGroups.flatMap((group) => Array.from({ length: 13 }, (_, i) => `o-${group}-${i}`));
    const answered = (id: string) => bed.told(id, 'accepted')[0] ?? bed.told(id, 'refused')[0];
    await soon('a word on each', () => ids.every(answered) || undefined, 20_000);
    const accepted = ids.filter((id) => bed.told(id, 'accepted').length > 0);
    must(accepted.length >= 16, `${accepted.length} were accepted`);
    const severityOf = (id: string) => severities[Number(id.split('-').at(-1)) % 4];
    const extreme = accepted.filter((id) => severityOf(id) === 'Extreme');
    await soon('all of the highest to sound', () => extreme.every((id) => bed.told(id, 'ended').length > 0) || undefined, 100_000);
    const begun = bed.centre.facts.flatMap((fact) => (fact.kind === 'order' && fact.state === 'sounding' ? [fact.order] : []));
    // One of a lower degree may have been first by some milliseconds; from then on the highest go before.
    const lower = begun.slice(1, extreme.length).filter((id) => severityOf(id) !== 'Extreme');
    must(lower.length === 0, `sounded before a higher one: ${lower.join(' ')}`);
    return `first heard after ${Math.round(firstMs)} ms; ${accepted.length} accepted, ${ids.length - accepted.length} told why not; ${extreme.length} highest by turns`;
  });
}

/** Audio as heavy as 32 s of Vietnamese at 12 kbit/s: 45 KB, here of tones. */
const heavy = (hz: number) => toneWav(hz, 2_800);

function heavyOrder(bed: Bed, id: string, group: string, hz: number) {
  const bytes = heavy(hz);
  const audio = { sha256: sha256(bytes), bytes: bytes.length, durationMs: speechMs };
  return { envelope: bed.sign(id, { times: 1, speech: [{ language: 'vi', speak: 'Lũ quét.', audio }] }, {}, group), bytes };
}

const weakBitsPerSecond = 64_000;

function weakLine(): Promise<string> {
  return withBed({}, async (bed) => {
    bed.line.bitsPerSecond = weakBitsPerSecond;
    const { joined } = bed.line;
    const { envelope, bytes } = heavyOrder(bed, 'o-1', 'xa-1', 700);
    const fromMonoMs = await bed.give([envelope], [bytes]);
    const afterMs = await bed.soundsAfter(fromMonoMs, 30_000);
    must((await bed.waitTold('o-1', 'ended', 30_000)).voice === 'inline', 'it spoke with other words');
    must(bed.line.joined === joined, 'it was cut by its own order');
    return `${Math.round((bytes.length + 2_000) / 1024)} KB heard after ${(afterMs / 1000).toFixed(1)} s`;
  });
}

/** Three groups hold an order each with 45 KB of words; the line comes back, is cut in the middle of them, and comes back. */
function threeRetained(bits: number): () => Promise<string> {
  const groups = ['xa-1', 'xa-2', 'xa-3'];
  return () =>
    withBed({ groups }, async (bed) => {
      bed.line.cut();
      await soon('the line to be gone', async () => !(await bed.look()).link.up || undefined);
      for (const [i, group] of groups.entries()) {
        const { envelope, bytes } = heavyOrder(bed, `o-${group}`, group, 600 + 50 * i);
        await bed.give([envelope], [bytes], group);
      }
      bed.line.bitsPerSecond = bits;
      const fromMonoMs = monoNowMs();
      bed.line.mend();
      await soon('a new connection', () => bed.line.joined >= 2 || undefined);
      if (bits < Number.POSITIVE_INFINITY) {
        await pass(4_000);
        bed.line.cut();
        bed.line.mend();
      }
      const afterMs = await bed.soundsAfter(fromMonoMs, 60_000);
      const { joined } = bed.line;
      for (const group of groups) await bed.waitTold(`o-${group}`, 'ended', 90_000);
      must(bed.line.joined === joined, 'it was cut by its own orders');
      const voices = groups.map((group) => bed.told(`o-${group}`, 'ended')[0]?.voice);
      must(
        voices.every((voice) => voice === 'inline'),
        `spoken as ${voices.join(' ')}`,
      );
      return `first heard after ${(afterMs / 1000).toFixed(1)} s, all three whole with their own words`;
    });
}

/** A minute and a half of quiet on the weak line: keepalive holds, nothing is cut for want of progress. */
function weakLineHolds(): Promise<string> {
  return withBed({}, async (bed) => {
    bed.line.bitsPerSecond = weakBitsPerSecond;
    const { joined } = bed.line;
    for (let i = 0; i < 3; i++) {
      const { envelope, bytes } = heavyOrder(bed, `o-${i}`, 'xa-1', 700);
      await bed.give([envelope], [bytes]);
      await pass(i === 2 ? 0 : 17_000);
    }
    for (let i = 0; i < 3; i++) await bed.waitTold(`o-${i}`, 'ended', 60_000);
    must(bed.line.joined === joined, 'the line was cut');
    return `3 heavy orders over ${Math.round(weakBitsPerSecond / 1000)} kbit/s, one connection`;
  });
}

function stopAllUnderLoad(): Promise<string> {
  return withBed({}, async (bed) => {
    const fromMonoMs = await bed.give([bed.sign('o-1', { times: 20 }), bed.sign('o-2', { times: 20 }), bed.sign('o-3', { times: 20 })]);
    await bed.soundsAfter(fromMonoMs);
    let flowing = true;
    const flood = (async () => {
      while (flowing) {
        for (let i = 0; i < 100; i++)
          void bed.centre.broker.publish('loa/1/d/loa-1/dn/cmd', `{"junk":${Math.random()}}`, { qos: 1, retain: false });
        await pass(20);
      }
    })();
    // In the middle of a siren, not in the breath behind it.
    await soon('a siren', () => bed.soundMs(monoNowMs() - 400) >= 300 || undefined);
    const clearMonoMs = await bed.give([bed.clear(['o-1', 'o-2', 'o-3', 'o-unknown'])]);
    await soon('all cleared', () => ['o-1', 'o-2', 'o-3'].every((id) => bed.told(id, 'cleared').length > 0) || undefined, 10_000);
    await pass(500);
    const lastMs = bed.stretches(clearMonoMs).at(-1)?.toMs ?? 0;
    must(lastMs <= 3_000, `silent ${Math.round(lastMs)} ms after the clear only`);
    const next = await bed.give([bed.sign('o-4', { times: 1 })]);
    const afterMs = await bed.soundsAfter(next, orderWithinMs);
    flowing = false;
    await flood;
    await bed.waitTold('o-4', 'ended');
    return `silent ${Math.round(lastMs)} ms after the clear; the next order after ${Math.round(afterMs)} ms`;
  });
}

export const loadRows: readonly Row[] = [
  {
    name: 'flood-of-commands',
    done: '10,000 ordinary commands under a valid key, five genuine orders among them',
    holds: 'each order heard ≤ 5 s, memory and log bounded, the flood told',
    alone: true,
    run: floodOfCommands,
  },
  {
    name: 'flood-of-forgeries',
    done: '10,000 unsigned messages on four topics, five genuine orders among them',
    holds: 'each order heard ≤ 5 s, memory and log bounded',
    alone: true,
    run: floodOfForgeries,
  },
  {
    name: 'fifty-two-at-once',
    done: '52 orders at one second, 13 in each of four groups',
    holds: 'all accepted or told why, first heard ≤ 5 s, the highest first and by turns',
    alone: true,
    run: fiftyTwo,
  },
  {
    name: 'stop-all-under-load',
    done: 'three orders sound in a flood; all are cleared, an unknown id with them',
    holds: 'silent ≤ 3 s; an order given afterwards sounds',
    alone: true,
    run: stopAllUnderLoad,
  },
  {
    name: 'three-retained-at-once',
    done: 'three groups hold an order with 45 KB of words as the line comes back',
    holds: 'all three sound whole with their own words',
    run: threeRetained(Number.POSITIVE_INFINITY),
  },
  {
    name: 'weak-line',
    done: 'an order with 45 KB of words over 64 kbit/s',
    holds: 'never cut by its own order, heard with its own words',
    run: weakLine,
  },
  {
    name: 'weak-line-three-retained',
    done: 'three such orders at once over 64 kbit/s, cut in the middle and connected again',
    holds: 'no further cut, all three whole with their own words',
    run: threeRetained(weakBitsPerSecond),
  },
  {
    name: 'weak-line-holds',
    done: 'order upon order over 64 kbit/s for a minute',
    holds: 'one connection all the time',
    run: weakLineHolds,
  },
];
