// A broker that tells one box again what all were told: on the topic it listens to, and nobody else hears it.
import { expect, it } from 'vitest';
import { makeBed } from './broker-bed.ts';

const { startBroker, peer } = await makeBed(['box:b1', 'box:b2']);
const topic = 'loa/1/g/thon-1/order';

it('goes to that connection alone, after what went before, and what is retained stays', async () => {
  const { broker, port } = await startBroker();
  const [one, other] = await Promise.all(['b1', 'b2'].map((id) => peer(port, `box:${id}`).ready(`box:${id}`, [topic])));
  await broker.publish(topic, 'first', { qos: 1, retain: true });
  await broker.publish(topic, 'again', { qos: 1, retain: true, to: 'b1' });
  await broker.publish(topic, 'second', { qos: 1, retain: true });
  const words = (all: typeof one) => all?.messages.map(({ payload }) => payload.toString());
  await one?.until(() => one.messages.length === 3);
  await other?.until(() => other.messages.length === 2);
  expect([words(one), words(other)]).toEqual([
    ['first', 'again', 'second'],
    ['first', 'second'],
  ]);
  const late = await peer(port, 'box:b1').ready('box:b1', [topic]);
  await late.until(() => late.messages.length === 1);
  expect(words(late)).toEqual(['second']);
});

it('a box that is away, or does not listen there, hears nothing', async () => {
  const { broker, port } = await startBroker();
  const box = await peer(port, 'box:b1').ready('box:b1', ['loa/1/g/thon-2/order']);
  for (const to of ['b1', 'b2']) await broker.publish(topic, 'again', { qos: 1, retain: true, to });
  await broker.publish('loa/1/g/thon-2/order', 'mine', { qos: 1, retain: false });
  await box.until(() => box.messages.length > 0);
  expect(box.messages.map(({ payload }) => payload.toString())).toEqual(['mine']);
});
