// What goes to a broker elsewhere: bounded, orders first, the last word of a topic, nothing kept while the line is gone.
import { expect, test } from 'vitest';
import { Outlet, type OutletLimits, type Word } from '../../controller/outer-outlet.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';

const want = (dev: string, payload: string): Word => ({ topic: `loa/1/d/${dev}/dn/want`, payload, qos: 1, retain: true });
const ack = (dev: string, payload: string): Word => ({ topic: `loa/1/d/${dev}/dn/ack`, payload, qos: 1, retain: false });
const order = (payload: string): Word => ({ topic: 'loa/1/g/g1/order', payload, qos: 1, retain: true });

function make(limits: Partial<OutletLimits> = {}) {
  const sent: string[] = [];
  const stuck: Problem[] = [];
  const pubacks: ((result: Result<void>) => void)[] = [];
  const outlet = new Outlet({
    send: ({ payload }) => {
      sent.push(String(payload));
      return new Promise((resolve) => void pubacks.push(resolve));
    },
    onStuck: (problem) => void stuck.push(problem),
    limits: { flightMax: 1, flightBytesMax: 1000, waitingMax: 4, waitingBytesMax: 1000, ...limits },
  });
  const puback = async (result: Result<void> = ok(undefined)) => {
    pubacks.shift()?.(result);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { outlet, sent, stuck, puback };
}

test('only a window is in flight; orders go before what waited longer', async () => {
  const { outlet, sent, puback } = make();
  outlet.open();
  for (const word of [want('b1', 'w1'), want('b2', 'w2'), order('o1')]) outlet.put(word);
  expect(sent).toEqual(['w1']);
  await puback();
  await puback();
  expect(sent).toEqual(['w1', 'o1', 'w2']);
  await puback();
  expect(outlet.figures).toEqual({ sent: 3, dropped: 0, waiting: 0, waitingBytes: 0 });
});

test('of what is retained the last word of a topic waits; words of the moment all do', async () => {
  const { outlet, sent, puback } = make();
  outlet.open();
  for (const word of [ack('b0', 'first'), want('b1', 'old'), ack('b1', 'a1'), ack('b1', 'a2'), want('b1', 'new')]) outlet.put(word);
  expect(outlet.figures).toMatchObject({ waiting: 3, waitingBytes: 7 });
  for (let i = 0; i < 4; i++) await puback();
  expect(sent).toEqual(['first', 'a1', 'a2', 'new']);
});

test('an order finds its place however much waits behind it; orders alone are too many, too', async () => {
  const { outlet, sent, stuck, puback } = make();
  outlet.open();
  for (let i = 0; i < 20; i++) outlet.put(ack(`b${i}`, `a${i}`));
  outlet.put(order('x'.repeat(1200)));
  expect({ stuck, dropped: outlet.figures.dropped }).toEqual({ stuck: [], dropped: 15 });
  await puback();
  expect(sent.at(-1)).toHaveLength(1200);
  for (let i = 0; i < 5; i++) outlet.put({ ...order('o'), topic: `loa/1/g/g${i}/order` });
  expect(stuck).toMatchObject([{ code: 'offline' }]);
});

test('while the line is gone nothing waits, and what is behind a lost line is not sent on the next', async () => {
  const { outlet, sent, puback } = make();
  outlet.put(want('b1', 'early'));
  outlet.put(ack('b1', 'early'));
  outlet.open();
  for (const word of [want('b1', 'w1'), want('b2', 'w2'), ack('b2', 'a2')]) outlet.put(word);
  outlet.shut();
  outlet.open();
  // The answer of the old line is nobody's any more: the window of the new one is whole.
  await puback(bad('offline', 'closed'));
  outlet.put(want('b1', 'again'));
  outlet.put(want('b2', 'behind'));
  expect(sent).toEqual(['w1', 'again']);
  expect(outlet.figures).toMatchObject({ dropped: 2, waiting: 1 });
});

test('a broker that takes nothing is told as such: too much waits, or no PUBACK comes', async () => {
  const full = make();
  full.outlet.open();
  for (let i = 0; i < 6; i++) full.outlet.put(want(`b${i}`, 'w'));
  expect(full.stuck).toMatchObject([{ code: 'offline' }]);
  expect(full.outlet.figures.waiting).toBe(0);

  const deaf = make();
  deaf.outlet.open();
  deaf.outlet.put(want('b1', 'w'));
  await deaf.puback(bad('offline', 'no PUBACK within 20000 ms'));
  expect(deaf.stuck[0]?.detail).toContain('no PUBACK');
});

test('words of the moment that are too many are dropped and counted; the line stays', () => {
  const { outlet, stuck } = make();
  outlet.open();
  for (let i = 0; i < 8; i++) outlet.put(ack('b1', 'a'));
  expect([outlet.figures.waiting, outlet.figures.dropped, stuck.length]).toEqual([4, 3, 0]);
});

test('whoever says much waits until little waits, or the line is gone', async () => {
  const { outlet, puback } = make({ flightMax: 2 });
  outlet.open();
  const told: string[] = [];
  for (let i = 0; i < 4; i++) outlet.put(want(`b${i}`, 'w'));
  void outlet.settled().then(() => told.push('settled'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([]);
  await puback();
  expect(told).toEqual(['settled']);
  for (let i = 0; i < 2; i++) outlet.put(want(`c${i}`, 'w'));
  void outlet.settled().then(() => told.push('gone'));
  outlet.shut();
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual(['settled', 'gone']);
});
