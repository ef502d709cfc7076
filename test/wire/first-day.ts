// A new box's first day, as a technician has it: a file on a card, a self-test, the first programme. What a hand had to do is counted.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { claimName } from '../../agent/boot-files.ts';
import type { Presence } from '../../schemas/report.ts';
import { tokenOf } from './at-the-box.ts';
import { live, makeCentre, makeMachine, plan, readyOf, receipts, soonAt } from './machine.ts';
import { dayMs } from './small-centre.ts';
import { until } from './waiting.ts';

/** The box's clock says 1970 and the centre cannot be reached for the first `awayMs`. Answers what a hand had to do, in order. */
export async function firstDay(awayMs: number): Promise<string[]> {
  const hand: string[] = [];
  const centre = await makeCentre({ eraMs: 100 * dayMs, away: true });
  const machine = await makeMachine();
  const beganMs = performance.now();
  const running = live(machine, { clock: { offsetMs: -Date.now() }, outputs: [{ id: 'main', kind: 'loudspeaker' }] });
  await until('the words of a box without a claim', async () =>
    (await machine.status()).includes('chưa có mã kích hoạt') ? true : undefined,
  );
  await machine.put(centre.claim());
  hand.push('copies the claim onto the card', 'puts the card in and switches on');
  const trying = await until('the words of a centre that is away', async () => {
    const text = await machine.status();
    return text.includes('chưa gặp được trung tâm') ? text : undefined;
  });
  expect(trying).toContain('NOT ENROLLED loa-1: the centre cannot be reached; the box keeps trying.');
  await until('the end of the outage', () => performance.now() - beganMs >= awayMs || undefined, awayMs + 60_000);
  centre.away = false;
  const ready = await until('an identity', async () => await readyOf(running), awayMs + 120_000);
  expect(ready.dev).toBe('loa-1');
  expect(await machine.status()).toContain('ĐÃ KÍCH HOẠT: loa-1.');
  const left = await readFile(join(machine.bootDir, claimName), 'utf8');
  expect([left.includes(centre.token), left.includes(centre.pin), JSON.parse(left).used]).toEqual([false, false, true]);

  hand.push('opens the page of the box and types the PIN');
  const headers = { 'x-loa-act': await tokenOf(ready.page) };
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${ready.page}${path}`, { method: 'POST', headers, body: JSON.stringify({ pin: centre.pin, ...body }) });
    expect(answer.ok, await answer.text()).toBe(true);
  };
  hand.push('has it sound');
  await post('/acts/tone?output=main', {});
  await until('the tone', () => receipts(centre).some(({ outcome }) => outcome === 'played') || undefined, 60_000);
  hand.push('says that it was heard, and signs');
  await post('/acceptance', { toneHeard: true, by: 'kỹ thuật viên' });
  await until('the record', () => centre.facts.find(({ kind }) => kind === 'acceptance'));

  const startMs = soonAt(centre);
  await centre.want(plan(centre, startMs));
  const receipt = await until('the first programme', () => receipts(centre).find(({ plannedStartMs }) => plannedStartMs === startMs));
  expect(receipt).toMatchObject({ outcome: 'played', clock: 'signed' });
  expect(centre.heard<Presence>('on').at(-1)?.machine).toMatch(/^[0-9a-f]{12}$/);
  console.log(JSON.stringify({ event: 'first-day', awayMs, actions: hand.length, hand }));
  return hand;
}
