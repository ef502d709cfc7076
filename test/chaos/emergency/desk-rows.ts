// More than one who orders: two desks that publish over one another, two levels at one box. One order of ranks, and no swinging.
import { giveAbove, withTwoLines } from './bearer-rows.ts';
import { type Bed, must, pass, soon, withBed } from './bed.ts';
import type { Row } from './row.ts';

/** Once is siren 1 s, breath 0.3 s, speech 1.5 s. */
const onceMs = 2_800;
const timesOver = 20;
const everyMs = 100;

/** What the box told to have begun, in its own order. */
const begun = ({ centre }: Bed) => centre.facts.flatMap((fact) => (fact.kind === 'order' && fact.state === 'sounding' ? [fact.order] : []));

function overOneAnother(): Promise<string> {
  return withBed({}, async (bed) => {
    const [first, second] = [bed.sign('o-1', { times: 1 }), bed.sign('o-2', { times: 1 })];
    const fromMonoMs = await bed.give([first]);
    // Each desk knows only its own order: what one retains, the other replaces.
    for (let i = 0; i < timesOver; i++) {
      await bed.give([i % 2 === 0 ? second : first]);
      await pass(everyMs);
    }
    for (const id of ['o-1', 'o-2']) await bed.waitTold(id, 'ended', 25_000);
    for (const id of ['o-1', 'o-2'])
      must(bed.told(id, 'accepted').length === 1 && bed.told(id, 'sounding').length === 1, `${id} began more than once`);
    const heardMs = bed.soundMs(fromMonoMs);
    must(Math.abs(heardMs - 2 * onceMs) < 1_000, `${heardMs} ms of sound, ${2 * onceMs} expected`);
    await bed.give([first]);
    await bed.give([second]);
    await bed.quiet(2_000);
    return `${timesOver} times over one another: ${begun(bed).join(', ')}; ${heardMs} ms of sound`;
  });
}

function levels(): Promise<string> {
  return withTwoLines(async (bed, province) => {
    const own = bed.sign('o-1', { times: 8, pauseMs: 300 });
    const fromMonoMs = await bed.give([own]);
    await bed.soundsAfter(fromMonoMs);
    await giveAbove(province, 'p-1');
    await soon('the upper one', () => bed.told('p-1', 'sounding')[0], 5_000);
    // The commune says its own again and again, and a newer one of its own, too.
    const newer = bed.sign('o-2', { times: 1 });
    for (let i = 0; bed.told('p-1', 'ended').length === 0 && i < 100; i++) {
      await bed.give([own, newer]);
      await pass(everyMs);
    }
    await bed.waitTold('p-1', 'ended');
    const order = begun(bed);
    const within = bed.centre.facts.flatMap((fact) => (fact.kind === 'order' && ['sounding', 'ended'].includes(fact.state) ? [fact] : []));
    const [from, to] = [
      within.findIndex((fact) => fact.order === 'p-1' && fact.state === 'sounding'),
      within.findIndex((fact) => fact.order === 'p-1' && fact.state === 'ended'),
    ];
    must(to - from === 1, `${to - from - 1} began or ended while the upper one sounded`);
    must(bed.told('p-1', 'sounding').length === 1, 'the upper one began more than once');
    // The lower one goes on where nothing stands above it.
    const backMonoMs = await bed.give([own, newer]);
    await bed.soundsAfter(backMonoMs, 6_000);
    await bed.give([bed.clear(['o-1', 'o-2'])]);
    return `told to begin: ${order.join(', ')}; the upper one whole, the lower ones behind it`;
  });
}

export const deskRows: readonly Row[] = [
  {
    name: 'desks-over-one-another',
    done: 'two desks of one centre replace each other’s retained order, 20 times in two seconds',
    holds: 'each is accepted once, sounds once and whole; silence afterwards',
    run: overOneAnother,
  },
  {
    name: 'levels-at-once',
    done: 'the province orders while the commune’s order sounds and is said again and again, a newer one too',
    holds: 'the province’s sounds whole and once, nothing swings, the commune’s goes on behind it',
    run: levels,
  },
];
