// The broker's door when strangers stand in it, and connections that end in the moment they begin.
import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import mqttPacket from 'mqtt-packet';
import { afterEach, expect, it } from 'vitest';
import { Broker } from '../../broker/broker.ts';
import { brokerLimits } from '../../broker/limits.ts';
import { makeBed } from './broker-bed.ts';

const { startBroker, peer, serverTls, keep } = await makeBed(['box:b1', 'box:b2', 'box:b3']);

const silent: Socket[] = [];
afterEach(() => {
  for (const socket of silent.splice(0)) socket.destroy();
});

async function standInTheDoor(port: number): Promise<Socket> {
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  silent.push(socket);
  await once(socket, 'connect');
  return socket;
}

it('a crowd that never says who it is gives way to whoever does', async () => {
  const { broker, port } = await startBroker({ limits: { connectionsMax: 4 } });
  const first = await peer(port, 'box:b1').ready('box:b1');
  for (let i = 0; i < 12; i++) await standInTheDoor(port);
  await expect.poll(() => broker.metrics().refused.full).toBe(9);
  for (const name of ['box:b2', 'box:b3']) expect((await peer(port, name).ready(name)).got('connack')).toMatchObject([{ returnCode: 0 }]);
  expect(first.closed).toBe(false);
  expect(broker.connected()).toEqual(['b1', 'b2', 'b3']);
});

it('with room only for those who are there, newcomers are dropped and nobody else', async () => {
  const { broker, port } = await startBroker({ limits: { connectionsMax: 1 } });
  await peer(port, 'box:b1').ready('box:b1');
  const second = await peer(port, 'box:b2').ready('box:b2');
  expect({ closed: second.closed, there: broker.connected(), full: broker.metrics().refused.full }).toEqual({
    closed: true,
    there: ['b1'],
    full: 1,
  });
});

it('other certificates begin with new handshakes: those under way are ended, and held against nobody', async () => {
  const { broker, port } = await startBroker({
    limits: {
      arrivals: { ...brokerLimits.arrivals, refusalRate: { perSecond: 0.001, burst: 0 }, narrowRate: { perSecond: 0.001, burst: 0 } },
    },
  });
  const first = await peer(port, 'box:b1').ready('box:b1');
  const begun = await standInTheDoor(port);
  const ended = once(begun.resume(), 'close');
  // The broker has seen it once it has answered who came after it.
  await peer(port, 'box:b2').ready('box:b2');
  expect(broker.renew(serverTls)).toBe(0);
  await ended;
  expect(first.closed).toBe(false);
  expect((await peer(port, 'box:b3').ready('box:b3')).got('connack')).toMatchObject([{ returnCode: 0 }]);
});

it('who is cut between CONNECT and its answer is never told to be there', async () => {
  const told: string[] = [];
  const broker = new Broker(
    { owner: 'xa-1', mayConnect: () => true, onConnection: ({ id }, up) => void told.push(`${id} ${up ? 'up' : 'down'}`) },
    brokerLimits,
  );
  await broker.start();
  keep(broker);
  const closed: Promise<unknown>[] = [];
  const server = createServer((socket) => {
    closed.push(once(socket, 'close'));
    broker.welcome(socket, { kind: 'box', id: 'b1' }, () => '');
    // Behind the broker's own listener: its CONNECT has been read, and is answered in the next turn of the loop.
    if (closed.length === 1) socket.on('readable', () => socket.destroy());
  });
  keep({ stop: () => void server.close() });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const connect = mqttPacket.generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'b1',
    keepalive: 60,
  });
  (await standInTheDoor(port)).write(connect);
  await expect.poll(() => closed.length).toBe(1);
  await closed[0];
  expect(told).toEqual([]);
  const second = await standInTheDoor(port);
  second.write(connect);
  await expect.poll(() => told).toEqual(['b1 up']);
  second.destroy();
  await expect.poll(() => told).toEqual(['b1 up', 'b1 down']);
});
