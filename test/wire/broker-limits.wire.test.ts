// What no client of the broker can do to the others, on real TLS sockets.
import { describe, expect, it, vi } from 'vitest';
import { makeBed, up } from './broker-bed.ts';

const { startBroker, peer } = await makeBed(['box:b1', 'box:b2']);

describe('what no client can do to the others', () => {
  it('cuts oversize packets at their header, before and after CONNECT, without buffering them', async () => {
    const { broker, port } = await startBroker();
    const before = process.memoryUsage().rss;
    const huge = (type: number) => Buffer.from([type, 0xff, 0xff, 0xff, 0x7f]);
    for (let i = 0; i < 4; i++) {
      const stranger = peer(port, 'box:b1');
      stranger.socket.write(Buffer.concat([huge(0x10), Buffer.alloc(64 * 1024)]));
      await stranger.until(() => stranger.closed);
      const box = await peer(port, 'box:b2').ready('box:b2');
      box.socket.write(Buffer.concat([huge(0x30), Buffer.alloc(1024 * 1024)]));
      await box.until(() => box.closed);
    }
    const box = await peer(port, 'box:b1').ready('box:b1');
    box.publish(up('b1', 'log'), Buffer.alloc(65 * 1024));
    await box.until(() => box.closed);
    const fitting = await peer(port, 'box:b1').ready('box:b1');
    fitting.publish(up('b1', 'log'), Buffer.alloc(63 * 1024));
    await fitting.until(() => fitting.got('puback').length === 1);
    expect(broker.metrics().refused['too-large']).toBe(9);
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(64);
  });

  it('is not held up by a frozen subscriber, and cuts it at the queue limit', async () => {
    const { broker, port } = await startBroker();
    const frozen = await peer(port, 'box:b1').ready('box:b1', ['loa/1/g/g1/order']);
    const healthy = await peer(port, 'box:b2').ready('box:b2', ['loa/1/g/g1/order', 'loa/1/g/g2/order']);
    frozen.socket.pause();
    const order = Buffer.alloc(256 * 1024, 1);
    const delays: number[] = [];
    for (let i = 0; i < 80; i++) {
      const atMs = performance.now();
      await broker.publish('loa/1/g/g1/order', order, { qos: 1, retain: false });
      await healthy.until(() => healthy.messages.length === i + 1);
      delays.push(performance.now() - atMs);
      healthy.packets.length = 0;
    }
    // Whoever waited for the frozen one would wait until it is cut as stalled.
    expect(Math.max(...delays)).toBeLessThan(5_000);
    expect(broker.connected()).toEqual(['b2']);
    expect(broker.metrics().refused['queue-full']).toBe(1);
  });

  it('cuts a reader that takes nothing, and spares a slow one', async () => {
    const { broker, port } = await startBroker({ limits: { stallMs: 8_000, queuedBytesMax: 64 * 2 ** 20 } });
    const stalled = await peer(port, 'box:b1').ready('box:b1', ['loa/1/g/g1/order']);
    const slow = await peer(port, 'box:b2').ready('box:b2', ['loa/1/g/g1/order']);
    stalled.socket.pause();
    slow.socket.on('data', () => {
      slow.socket.pause();
      setTimeout(() => slow.socket.resume(), 5);
    });
    const count = 60;
    for (let i = 0; i < count; i++) await broker.publish('loa/1/g/g1/order', Buffer.alloc(256 * 1024, i), { qos: 1, retain: false });
    await slow.until(() => slow.messages.length === count || slow.closed, 60_000);
    await vi.waitFor(() => expect(broker.connected()).toEqual(['b2']), 60_000);
    expect(slow.messages.length).toBe(count);
    expect(broker.metrics().refused).toMatchObject({ stalled: 1 });
  });
});
