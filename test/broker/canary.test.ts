// The canary on a real broker core: it measures, tells when messages are slow or lost, and when they are good again.
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Broker } from '../../broker/broker.ts';
import { Canary, canaryIdentity } from '../../broker/canary.ts';
import { arrived, canaryBoundsMs, missing, startWatch } from '../../broker/canary-watch.ts';
import { brokerLimits } from '../../broker/limits.ts';
import { streamPair } from '../../broker/stream-pair.ts';

const running: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

async function makeCanary() {
  const broker = new Broker({ mayConnect: () => true }, brokerLimits);
  await broker.start();
  running.push(broker);
  const heard: string[] = [];
  const way = { delayMs: 0, lose: false };
  const canary = new Canary({
    everyMs: 400,
    slowMs: 300,
    open: () => {
      const [near, far] = streamPair();
      broker.welcome(near, canaryIdentity, () => '');
      return far;
    },
    publish: async (topic, payload) => {
      if (way.delayMs > 0) await wait(way.delayMs);
      if (!way.lose) await broker.publish(topic, payload, { qos: 1, retain: false });
    },
    onAlarm: (begins) => heard.push(begins ? 'slow' : 'good'),
  });
  running.push(canary);
  canary.start();
  return { broker, canary, heard, way };
}

describe('canary', () => {
  it('measures its messages, and says when they are slow and when they are good again', async () => {
    const { canary, heard, way } = await makeCanary();
    const seen = () => canary.watch.counts.reduce((sum, count) => sum + count, 0);
    await expect.poll(seen).toBeGreaterThanOrEqual(2);
    way.delayMs = 350;
    await expect.poll(() => canary.watch.alarm && heard.at(-1)).toBe('slow');
    way.delayMs = 0;
    await expect.poll(() => heard.at(-1)).toBe('good');
    expect(canary.watch.alarm).toBe(false);
  });

  it('counts what is lost, and comes again when its line is cut', async () => {
    const { broker, canary, heard, way } = await makeCanary();
    await expect.poll(() => canary.watch.lastMs).toBeDefined();
    way.lose = true;
    await expect.poll(() => canary.watch.lost).toBeGreaterThanOrEqual(2);
    way.lose = false;
    broker.disconnect(canaryIdentity);
    await expect.poll(() => heard.at(-1)).toBe('good');
    expect(broker.metrics().connections).toBe(1);
  });
});

describe('the watch', () => {
  it('puts each time into one step, and its alarm needs three good ones to end', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 20_000, noNaN: true }), { maxLength: 50 }), (times) => {
        const watch = times.reduce(arrived, startWatch(1000));
        expect(watch.counts.reduce((sum, count) => sum + count, 0)).toBe(times.length);
        expect(watch.counts[0]).toBe(times.filter((one) => one <= canaryBoundsMs[0]).length);
        expect(watch.alarm).toBe(times.some((one) => one > 1000) && times.slice(-3).some((one) => one > 1000));
      }),
    );
    expect(missing(startWatch(1000))).toMatchObject({ alarm: true, lost: 1 });
  });
});

describe('a line within the process', () => {
  it('carries any bytes both ways in order, however slowly the other end reads, and ends both ends', async () => {
    const [one, two] = streamPair();
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
    for (let at = 0; at < bytes.length; at += 7777) one.write(bytes.subarray(at, at + 7777));
    two.write('back');
    one.end();
    const got: Buffer[] = [];
    for await (const chunk of two) {
      got.push(chunk);
      await wait(1);
    }
    expect(Buffer.concat(got).equals(bytes)).toBe(true);
    expect(String(one.read())).toBe('back');
    two.destroy();
    await expect.poll(() => one.destroyed).toBe(true);
  });
});
