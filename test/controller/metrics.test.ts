// What machines are told of a centre: figures that parse, from where they may be asked, and that nobody is in them.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HttpMeter } from '../../controller/http-meter.ts';
import { histogramSamples, metricsText } from '../../schemas/metrics-text.ts';
import { accounts, type BuiltCentre, makeCentre, must, password } from './built-centre.ts';

/** A line of the format, read back. */
function readBack(text: string): { readonly name: string; readonly labels: Record<string, string>; readonly value: number }[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', word = '']) => {
        return [key, word.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))];
      });
      return { name, labels: Object.fromEntries(pairs), value: value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value) };
    });
}

describe('the text format', () => {
  test('says any label and number so that it is read back as it was', () => {
    const label = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', 'đ', '}', ',', '=') });
    fc.assert(
      fc.property(label, fc.double({ noNaN: true, noDefaultInfinity: true }), (of, value) => {
        const text = metricsText([{ name: 'x_y', kind: 'gauge', help: of, samples: [{ labels: { of }, value }] }]);
        expect(readBack(text)).toEqual([{ name: 'x_y', labels: { of }, value: value === 0 ? 0 : value }]);
      }),
    );
  });

  test('a histogram’s steps never fall, and the last holds all', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { minLength: 3, maxLength: 3 }), (counts) => {
        const values = histogramSamples([1, 2], counts, 5).map(({ ending, value }) => [ending, value] as const);
        const buckets = values.filter(([ending]) => ending === '_bucket').map(([, value]) => value);
        expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
        expect(values.at(-1)).toEqual(['_count', buckets.at(-1)]);
      }),
    );
  });

  test('an answer is counted in the step its time falls into, and strange methods together', () => {
    const meter = new HttpMeter();
    for (const [method, ms] of [
      ['GET', 3],
      ['GET', 60_000],
      ['PROPFIND', 7],
      ['X', 7],
    ] as const)
      meter.answered(method, 200, ms);
    const found = readBack(metricsText(meter.families()));
    expect(found.filter(({ name }) => name === 'loa_http_answers_total').map(({ labels, value }) => [labels['method'], value])).toEqual([
      ['GET', 2],
      ['other', 2],
    ]);
    const step = (le: string) => found.find(({ name, labels }) => name === 'loa_http_answer_seconds_bucket' && labels['le'] === le)?.value;
    expect([step('0.005'), step('0.01'), step('10'), step('+Inf')]).toEqual([1, 3, 3, 4]);
  });
});

describe('a centre', () => {
  let built: BuiltCentre;
  const ask = (headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') => {
    return built.app.inject({ method: 'GET', url: '/metrics', headers, remoteAddress });
  };

  beforeAll(async () => {
    built = await makeCentre();
    const box = { id: 'hop-1', name: 'Hộp bí mật', area: '08/02536', groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
    expect((await (await built.as('ky-thuat'))('POST', '/boxes', box)).status).toBe(201);
  });
  afterAll(() => built.stop());

  test('tells its figures at its own machine, and none of them names a person, a box or a place', async () => {
    await built.stranger('GET', '/boxes?x=nguoi-la');
    const answer = await ask();
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const found = readBack(answer.body);
    const value = (name: string, labels: object = {}) =>
      found.find((one) => one.name === name && JSON.stringify(one.labels) === JSON.stringify(labels))?.value;
    expect([value('loa_boxes', { state: 'registered' }), value('loa_boxes', { state: 'enrolled' })]).toEqual([1, 0]);
    expect(value('loa_http_answers_total', { method: 'GET', code: '401' })).toBeGreaterThanOrEqual(1);
    expect(value('loa_audit_rows_total')).toBe((await built.centre.store.audit.head()).seq);
    expect(value('loa_orders_standing')).toBe(0);
    const words = [...accounts.flatMap(({ account, title }) => [account, title]), 'hop-1', 'bí mật', '02536', 'nguoi-la', '127.0.0.1'];
    expect(words.filter((word) => answer.body.includes(word))).toEqual([]);
  });

  test('tells nothing to another machine, nor to one that a proxy here speaks for', async () => {
    expect((await ask({}, '203.0.113.9')).statusCode).toBe(401);
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])
      expect([name, (await ask({ [name]: '203.0.113.9' })).statusCode]).toEqual([name, 401]);
  });

  test('tells another machine that bears a token for it, and no other token', async () => {
    const asker = { account: 'ky-thuat', grants: [{ role: 'technician' as const, area: '08/02536' }] };
    const wish = { name: 'x', area: '08/02536', expMs: built.clock.nowMs + 86_400_000, password };
    const word = async (acts: ('read' | 'metrics.read')[]) => must(await built.centre.people.tokens.make(asker, { ...wish, acts })).token;
    const from = async (token: string) => (await ask({ authorization: `Bearer ${token}` }, '203.0.113.9')).statusCode;
    expect([await from(await word(['metrics.read'])), await from(await word(['read'])), await from(`loa_${'0'.repeat(48)}`)]).toEqual([
      200, 403, 401,
    ]);
  });

  test('is fit while its tables answer and its clock is not behind them', async () => {
    const ready = async () => (await built.app.inject({ method: 'GET', url: '/readyz' })).json();
    expect(await ready()).toMatchObject({ ready: true, clock: 'good', store: 'good' });
    built.clock.nowMs -= 3_600_000;
    expect(await ready()).toMatchObject({ ready: false, clock: 'behind' });
    built.clock.nowMs += 3_600_000;
  });
});
