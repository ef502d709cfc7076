// A few kills of `npm run chaos -- centre-kill`: a centre under load dies at any point and has all it said yes to.
import { expect, test } from 'vitest';
import { Book } from '../chaos/centre-kill/book.ts';
import { killCentre } from '../chaos/centre-kill.ts';

test('a centre killed under accepted writes loses none, leaves nothing half-written, and its chain and revisions go on', async () => {
  const result = await killCentre(6, 3);
  expect(result.found).toEqual([]);
  expect(result).toMatchObject({ kills: 6, lostWrites: 0, halfWrites: 0, chainBreaks: 0, revisionsBack: 0, serverFaults: 0 });
  // Work was under way at the kills; how much of it, the machine decides.
  expect(result.acceptedWrites).toBeGreaterThan(6);
}, 120_000);

const wish = { key: 'settings hop-1', value: '2000', act: 'box.settings' };
const factsOf = (value: string, rows: number) => ({
  things: new Map([[wish.key, { value, id: 'hop-1' }]]),
  acts: new Map([[wish.act, rows]]),
});

test.each([
  ['accepted and there', 'accept', factsOf('2000', 2), { lost: 0, half: 0 }],
  ['accepted and lost with its row', 'accept', factsOf('1000', 1), { lost: 1, half: 1 }],
  ['accepted, and its row lost', 'accept', factsOf('2000', 1), { lost: 0, half: 1 }],
  ['unanswered and done', 'doubt', factsOf('2000', 2), { lost: 0, half: 0 }],
  ['unanswered and not done', 'doubt', factsOf('1000', 1), { lost: 0, half: 0 }],
  ['unanswered, its row there without it', 'doubt', factsOf('1000', 2), { lost: 0, half: 1 }],
  ['unanswered, there without its row', 'doubt', factsOf('2000', 1), { lost: 0, half: 1 }],
] as const)('a write %s is told as what it is', (_name, how, facts, { lost, half }) => {
  const book = new Book();
  book.begin(factsOf('1000', 1));
  if (how === 'accept') book.accept(wish, '');
  else book.doubt(wish);
  const found = book.settle(facts);
  expect([found.lost.length, found.half.length]).toEqual([lost, half]);
});
