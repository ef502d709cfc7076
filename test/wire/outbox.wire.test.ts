// The outbox over real sockets and a broker that keeps dying: nothing lost, nothing stored twice.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Link } from '../../broker/link/link.ts';
import { OutboxSender } from '../../broker/link/outbox.ts';
import type { BrokerOptions, BrokerServer } from '../../broker/server.ts';
import type { Problem } from '../../schemas/problems.ts';
import { ackOpener, MemoryCentre, MemoryOutbox, makeKey } from '../broker/outbox-ledger.ts';
import { makeBed } from './broker-bed.ts';

const { startBroker, tlsOf, keep } = await makeBed(['box:b1']);
const ackTopic = 'loa/1/d/b1/dn/ack';

describe('the outbox over a bad broker', () => {
  it('loses nothing and stores nothing twice across 20 restarts, dropped acknowledgements and failed stores', async () => {
    const boxKey = makeKey();
    const centreKey = makeKey();
    const centre = new MemoryCentre(boxKey.known, centreKey);
    const outbox = new MemoryOutbox();
    const random = seeded(7);
    let broker: BrokerServer;
    const options: Partial<BrokerOptions> = {
      onPublish: async (_identity, topic, payload) => {
        if (topic.word !== 'log') return;
        await wait(random() * 10);
        if (random() < 0.1) throw new Error('the store failed before the commit');
        const ack = centre.take(payload);
        if (!ack.ok) throw new Error(ack.problem.detail);
        if (random() < 0.1) throw new Error('the store failed after the commit');
        if (random() < 0.6) await broker.publish(ackTopic, ack.value, { qos: 1, retain: false });
      },
    };
    const started = await startBroker(options);
    broker = started.broker;
    const conflicts: Problem[] = [];
    const sender: OutboxSender = new OutboxSender({
      store: outbox,
      sign: boxKey.signer,
      dev: 'b1',
      centre: 'xa-1',
      publish: (topic, payload, qos) => link.publish(topic, payload, qos),
      openAck: ackOpener(centreKey.known),
      nowMs: () => Date.now(),
      onConflict: (problem) => conflicts.push(problem),
      resendAfterMs: 60,
    });
    const link = new Link({
      url: `mqtts://127.0.0.1:${started.port}`,
      tls: tlsOf('box:b1'),
      clientId: 'box:b1',
      filters: [ackTopic],
      backOff: { baseMs: 20, maxMs: 100 },
      onMessage: async (_topic, payload) => void (await sender.absorbAck(payload)),
      onChange: (up) => {
        if (up) connections++;
        sender.connected(up);
      },
    });
    let connections = 0;
    keep(link);
    link.start();
    const added: string[] = [];
    for (let restart = 0; restart < 20; restart++) {
      for (let i = 0; i < 60; i++) {
        added.push(`{"r":${restart},"i":${i}}`);
        outbox.add(added.at(-1) as string);
        if (i % 7 === 0) sender.rowsAdded();
      }
      sender.rowsAdded();
      await wait(20 + random() * 120);
      await broker.stop();
      broker = (await startBroker({ ...options, port: started.port })).broker;
    }
    await vi.waitFor(() => expect(outbox.upto).toBe(1200), { timeout: 60_000, interval: 50 });
    sender.stop();
    expect(connections).toBeGreaterThan(5);
    expect(centre.effects).toEqual(added);
    expect({ conflicts, centreConflicts: centre.conflicts, waiting: sender.waiting }).toEqual({
      conflicts: [],
      centreConflicts: 0,
      waiting: 0,
    });
  });
});

/** Park–Miller: enough randomness for a test, the same every time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
