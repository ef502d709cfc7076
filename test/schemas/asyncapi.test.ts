// The description of the bus says what topics and shapes say, and is AsyncAPI 3.0 in its structure.
import { expect, test } from 'vitest';
import { asyncApi, busChannels } from '../../schemas/asyncapi.ts';
import { boxDown, boxUp, buildTopic, groupDown, parseTopic } from '../../schemas/topics.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document of many shapes
const document = JSON.parse(JSON.stringify(asyncApi('1.2.3'))) as any;

test('every form of topic has one channel, at the address that the topics’ own builder makes', () => {
  const addresses = Object.values(document.channels as Record<string, { address: string }>).map(({ address }) => address);
  const expected = [
    ...['d', 'u'].flatMap((kind) => [
      ...boxUp.map((word) => `loa/1/${kind}/{id}/up/${word}`),
      ...boxDown.map((word) => `loa/1/${kind}/{id}/dn/${word}`),
    ]),
    ...groupDown.map((word) => `loa/1/g/{id}/${word}`),
    'loa/1/c/{id}/on',
  ];
  expect(addresses.sort()).toEqual(expected.sort());
  for (const { topic } of busChannels()) expect(parseTopic(buildTopic(topic))).toEqual(topic);
  for (const address of addresses) expect(parseTopic(address.replace('{id}', 'hop-1')), address).toBeDefined();
});

test('it is AsyncAPI 3.0: channels, operations and messages refer to one another, and every reference leads somewhere', () => {
  expect(document).toMatchObject({ asyncapi: '3.0.0', info: { title: 'Loa', version: '1.2.3' }, defaultContentType: 'application/json' });
  const known = ['asyncapi', 'id', 'info', 'servers', 'defaultContentType', 'channels', 'operations', 'components'];
  expect(Object.keys(document).filter((name) => !known.includes(name))).toEqual([]);
  for (const channel of Object.values<Record<string, object>>(document.channels)) {
    expect(Object.keys(channel).sort()).toEqual(['address', 'description', 'messages', 'parameters']);
    // Parameters of the specification's §Parameter Object have no schema.
    expect(Object.keys(channel['parameters'] ?? {})).toEqual(['id']);
  }
  for (const operation of Object.values<{ action: string; channel: { $ref: string }; messages: { $ref: string }[] }>(document.operations)) {
    expect(['send', 'receive']).toContain(operation.action);
    for (const { $ref } of operation.messages) expect($ref.startsWith(`${operation.channel.$ref}/messages/`)).toBe(true);
  }
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"#([^"]+)"/g)].map(([, pointer]) => pointer ?? '');
  expect(references.length).toBeGreaterThan(60);
  for (const pointer of references) {
    const steps = pointer.split('/').slice(1);
    const found = steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
    expect(found, pointer).toBeDefined();
  }
});

test('what goes up is received, what goes down is sent; states are kept by the broker, moments are not', () => {
  const of = (name: string) => [
    document.operations[name].action,
    document.operations[name].bindings.mqtt.qos,
    document.operations[name].bindings.mqtt.retain,
  ];
  expect(of('box-up-on')).toEqual(['receive', 1, true]);
  expect(of('box-up-tm')).toEqual(['receive', 0, false]);
  expect(of('box-dn-want')).toEqual(['send', 1, true]);
  expect(of('box-dn-cmd')).toEqual(['send', 1, false]);
  expect(of('group-order')).toEqual(['send', 1, true]);
  expect(document.components.messages['box-dn-want']['x-loa-body']).toEqual({ $ref: '#/components/schemas/Want' });
});
