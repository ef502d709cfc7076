// The box's name on the LAN, asked for by real multicast as a phone asks.
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { LocalName } from '../../agent/local-name.ts';
import { until } from '../wire/waiting.ts';

const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .some(({ family, internal }) => family === 'IPv4' && !internal);
const mine = new Set(Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address)));

interface Answer {
  readonly name: string;
  readonly type: string;
  readonly data: unknown;
}
interface Asker {
  query(question: { questions: readonly { name: string; type: string }[] }): void;
  on(event: 'response', listener: (response: { readonly answers: readonly Answer[] }) => void): void;
  destroy(): void;
}

describe.skipIf(!outside)('the name of a box', () => {
  const path = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = path;
  });

  test('is answered with an address of this machine, and by nobody once the box has stopped', async () => {
    process.env['PATH'] = '/nowhere'; // no Avahi: the box answers itself
    const warned: string[] = [];
    const name = new LocalName('loa-thu-7', (event, { detail }) => warned.push(`${event} ${detail}`));
    const module: string = 'multicast-dns';
    const { default: multicast } = (await import(module)) as { readonly default: () => Asker };
    const asker = multicast();
    const heard: Answer[] = [];
    asker.on('response', ({ answers }) => heard.push(...answers.filter((one) => one.name === 'loa-thu-7.local' && one.type === 'A')));
    try {
      expect(name.known).toBeNull();
      await name.start(8090);
      expect(name.known).toBe('loa-thu-7.local');
      const answer = await until('an answer', () => {
        asker.query({ questions: [{ name: 'loa-thu-7.local', type: 'A' }] });
        return heard[0];
      });
      expect(mine.has(String(answer.data))).toBe(true);
      await name.stop();
      expect(name.known).toBeNull();
      expect(warned).toEqual([]);
    } finally {
      asker.destroy();
    }
  });
});
