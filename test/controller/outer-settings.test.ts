// What the command line says of a broker elsewhere; what goes there, and what is told of the line.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { may } from '../../broker/access.ts';
import { readRegistry } from '../../broker/config.ts';
import { innerFamilies, lineFamilies } from '../../controller/core/bus-families.ts';
import { ownerFilters } from '../../controller/outer-bus.ts';
import { RegistryFile } from '../../controller/provision/broker-registry.ts';
import { Rebuild } from '../../controller/rebuild.ts';
import { readSettings } from '../../controller/settings.ts';
import { metricsText } from '../../schemas/metrics-text.ts';

const read = (...argv: string[]) => {
  const asked = readSettings(['--data', 'd', ...argv]);
  if (!asked.ok) return asked.problem;
  return asked.value.do === 'run' ? asked.value.settings : undefined;
};

test('a broker elsewhere is named by where the centre finds it, and by where boxes do', () => {
  expect(read()).not.toHaveProperty('outerBroker');
  expect(read('--mqtt-url', 'mqtts://mq:8883')).toMatchObject({ outerBroker: { url: 'mqtts://mq:8883', boxUrl: 'mqtts://mq:8883' } });
  const both = read(
    '--mqtt-url',
    'mqtts://10.0.0.2:8883',
    '--box-mqtt-url',
    'mqtts://loa.example:8883',
    '--broker-registry',
    'r.json',
    '--stand-by',
  );
  expect(both).toMatchObject({ outerBroker: { boxUrl: 'mqtts://loa.example:8883' }, brokerRegistryFile: 'r.json', standBy: true });
});

test.each([['mqtt://mq:1883'], ['mqtts://'], ['mqtts://user:word@mq:8883'], ['mqtts://mq:8883/path'], ['mq:8883'], ['']])(
  'never plain, never with a password, nothing else: %j',
  (url) => {
    expect(read('--mqtt-url', url)).toMatchObject({ code: 'bad-input' });
    expect(read('--mqtt-url', 'mqtts://mq', '--box-mqtt-url', url)).toMatchObject({ code: 'bad-input' });
  },
);

test('the addresses of boxes alone mean nothing', () => {
  expect(read('--box-mqtt-url', 'mqtts://mq:8883')).toMatchObject({ code: 'bad-input' });
});

test('the owner reads by the filters that it, and nobody else, is allowed', () => {
  expect(ownerFilters).toHaveLength(10);
  for (const filter of ownerFilters) {
    expect([filter, may({ kind: 'centre', id: 'xa-1' }, 'subscribe', filter, 'xa-1').ok]).toEqual([filter, true]);
    expect(may({ kind: 'box', id: 'b1' }, 'subscribe', filter, 'xa-1').ok).toBe(false);
  }
});

test('the registry file is what the broker reads, follows each change, and is not written for nothing', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'loa-registry-'));
  const file = join(dir, 'registry.json');
  let boxes = ['b2', 'b1'];
  const warned: object[] = [];
  const journal = { info: () => undefined, warn: (fields: object) => void warned.push(fields) };
  const kept = new RegistryFile({ file, registry: async () => ({ boxes, centres: ['xa-1', 'xa-1'] }), journal });
  await kept.start();
  expect(await readRegistry(file)).toEqual({ ok: true, value: { boxes: ['b1', 'b2'], centres: ['xa-1'] } });
  const { ino } = await stat(file);
  kept.changed();
  await kept.stop();
  expect((await stat(file)).ino).toBe(ino);
  await kept.start();
  boxes = ['b3'];
  kept.changed();
  kept.changed();
  await kept.stop();
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ boxes: ['b3'] });
  expect(warned).toEqual([]);
  const nowhere = new RegistryFile({ file: join(file, 'below-a-file.json'), registry: async () => ({ boxes, centres: [] }), journal });
  await nowhere.start();
  await nowhere.stop();
  expect(warned[0]).toMatchObject({ event: 'broker-registry-not-written', code: 'device-failed' });
  await rm(dir, { recursive: true });
});

test('a rebuild says orders, then the heartbeat of a new epoch, then what boxes are to do; who asks meanwhile gets another', async () => {
  const said: string[] = [];
  const meanwhile: (() => void)[] = [];
  let away = true;
  const rebuild = new Rebuild({
    orders: { publishAll: async () => void said.push('orders') },
    link: {
      newEpoch: async () => {
        said.push('epoch');
        meanwhile.pop()?.();
      },
    },
    dispatch: {
      publishAll: async () => {
        if (said.length > 5 && away) throw new Error('the tables are away');
        return said.push('boxes');
      },
    },
    settled: async () => undefined,
    journal: { info: () => void said.push('rebuilt'), warn: (fields) => void said.push((fields as { event: string }).event) },
    againMs: 5,
  });
  meanwhile.push(() => {
    rebuild.ask();
    rebuild.ask();
  });
  rebuild.ask();
  await expect.poll(() => said.slice(0, 7)).toEqual(['orders', 'epoch', 'boxes', 'rebuilt', 'orders', 'epoch', 'not-rebuilt']);
  // What failed is tried until it is said.
  away = false;
  await expect.poll(() => said.slice(-4)).toEqual(['orders', 'epoch', 'boxes', 'rebuilt']);
  await rebuild.stop();
  const { length } = said;
  rebuild.ask();
  await rebuild.stop();
  expect(said).toHaveLength(length);
});

test('the line is told in figures, its last problem by code', () => {
  const figures = { up: false, awaySeconds: 3.5, lines: 2, received: 9, sent: 8, dropped: 1, waiting: 0, waitingBytes: 0 };
  const text = metricsText(lineFamilies({ ...figures, problem: 'offline' }));
  for (const line of ['loa_outer_broker_up 0', 'loa_outer_broker_away_seconds 3.5', 'loa_outer_broker_problem{code="offline"} 1'])
    expect(text).toContain(`\n${line}\n`);
  expect(metricsText(lineFamilies({ ...figures, up: true, problem: undefined }))).toContain('\nloa_outer_broker_up 1\n');
});

test('the broker inside is told in figures, refusals by their reason', () => {
  const figures = { connections: 2, retainedCount: 3, retainedBytes: 40, connects: 5, publishes: 6, bytesIn: 7, bytesOut: 8 };
  const text = metricsText(innerFamilies({ ...figures, refused: { publish: 4 } }));
  for (const line of ['loa_broker_connections 2', 'loa_broker_publishes_total 6', 'loa_broker_refused_total{reason="publish"} 4'])
    expect(text).toContain(`\n${line}\n`);
});
