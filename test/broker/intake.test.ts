// What is acknowledged was taken, in the order it came, and a reader that is full stops reading.
import { expect, test } from 'vitest';
import { Intake } from '../../broker/link/intake.ts';

function make(limits: { countMax?: number; bytesMax?: number } = {}) {
  const acked: number[] = [];
  const failures: unknown[] = [];
  const ends = new Map<number, { done: () => void; fail: (error: Error) => void }>();
  const intake = new Intake({
    ...{ countMax: 3, bytesMax: 1000, ...limits },
    acknowledge: (id) => void acked.push(id),
    onFailed: (error) => void failures.push(error),
  });
  const receive = (id: number, bytes = 1) =>
    intake.receive(id, bytes, () => new Promise<void>((done, fail) => void ends.set(id, { done, fail })));
  const end = async (id: number) => {
    ends.get(id)?.done();
    await turn();
  };
  return { intake, acked, failures, ends, receive, end };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function isOpen(gate: Promise<void>): Promise<boolean> {
  return Promise.race([gate.then(() => true), turn().then(() => false)]);
}

test('work may overtake itself; acknowledgements do not', async () => {
  const { acked, receive, end, intake } = make();
  await receive(1);
  await receive(2);
  await end(2);
  expect(acked).toEqual([]);
  await end(1);
  expect(acked).toEqual([1, 2]);
  expect(intake.count).toBe(0);
});

test('what has no id is taken in its turn and not acknowledged', async () => {
  const { intake, acked, receive, end } = make();
  await intake.receive(undefined, 1, async () => undefined);
  await receive(7);
  await end(7);
  expect(acked).toEqual([7]);
});

test.each([
  ['messages', { countMax: 2 }, 1],
  ['bytes', { bytesMax: 20 }, 10],
])('too many %s: the next is not read before there is room', async (_what, limits, bytes) => {
  const { receive, end } = make(limits);
  expect(await isOpen(receive(1, bytes))).toBe(true);
  const gate = receive(2, bytes);
  expect(await isOpen(gate)).toBe(false);
  await end(1);
  expect(await isOpen(gate)).toBe(true);
});

test('after one that was not taken nothing is acknowledged, and it is told once', async () => {
  const { acked, failures, ends, receive, end } = make();
  await receive(1);
  await receive(2);
  const gate = receive(3);
  expect(await isOpen(gate)).toBe(false);
  ends.get(1)?.fail(new Error('disk full'));
  await turn();
  ends.get(3)?.fail(new Error('disk full'));
  await end(2);
  expect(acked).toEqual([]);
  expect(failures).toHaveLength(1);
  expect(await isOpen(gate)).toBe(true);
});
