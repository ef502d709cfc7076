// Mandates by REST: frozen, signed by two different officers, in force, revoked; and the ceremony that makes a gateway key.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { wrongPinsMax } from '../../controller/core/duty.ts';
import { initialise } from '../../controller/init.ts';
import { runKeys } from '../../controller/provision/keys-command.ts';
import {
  type AlertBed,
  addSource,
  beginShifts,
  capSource,
  devices,
  mandateWish,
  openAlertBed,
  putMandateInForce,
  signature,
} from './alert-bed.ts';
import { codeOf, must, seedOf, startMs } from './built-centre.ts';
import { OfficerDevice } from './officer-device.ts';

let bed: AlertBed;
afterEach(async () => {
  await bed.stop();
});

async function open(withKey = true): Promise<void> {
  bed = await openAlertBed({}, withKey);
  await addSource(bed, capSource);
  await beginShifts(bed);
}
const prepare = (changes: object = {}) => bed.duty('POST', '/mandates', mandateWish(bed.built.clock.nowMs, changes));
const states = async () => (await bed.duty('GET', '/mandates')).body.map(({ state }: { state: string }) => state);

describe('a mandate', () => {
  test('holds the words of its templates and waits for two persons', async () => {
    await open();
    const made = (await prepare()).body;
    expect(made).toMatchObject({
      state: 'waiting',
      feed: 'tinh',
      signedBy: [],
      templates: [{ id: 'lu-quet', screen: { title: 'LŨ QUÉT' } }],
    });
    expect(JSON.parse(made.statement)).toMatchObject({ typ: 'mandate', iss: 'xa-02536', body: { hazards: ['flash-flood'], perHour: 3 } });
    const [first, second] = devices;
    const sign = (ask: typeof bed.duty, body: object) => ask('POST', `/mandates/${made.id}/sign`, body);
    expect(codeOf(await sign(bed.duty, { ...signature(first, made), pin: '590417' }))).toBe('wrong-code');
    expect(codeOf(await sign(bed.duty, { ...signature(first, made), pin: undefined }))).toBe('wrong-code');
    expect(codeOf(await sign(bed.duty, signature(second, made)))).toBe('not-allowed');
    expect(codeOf(await sign(bed.duty, signature(first, { ...made, statement: `${made.statement} ` })))).toBe('signature-wrong');
    expect(codeOf(await sign(bed.duty, signature(new OfficerDevice('ai-do'), made)))).toBe('key-unknown');
    expect((await sign(bed.duty, signature(first, made))).body).toMatchObject({ state: 'waiting', signedBy: ['truc-ban'] });
    expect(codeOf(await sign(bed.duty, signature(first, made)))).toBe('own-work');
    expect((await sign(bed.second, signature(second, made))).body).toMatchObject({
      state: 'in-force',
      signedBy: ['truc-ban', 'truc-ban-2'],
    });
    expect(codeOf(await sign(bed.second, signature(second, made)))).toBe('conflict');
    const acts = (await bed.built.centre.store.audit.entries(0, 1_000)).map(({ act }) => act);
    expect(acts.filter((act) => act.startsWith('mandate.'))).toEqual(['mandate.prepare', 'mandate.sign', 'mandate.sign']);
  });

  test('asks of its officers what an order asks: a shift that runs, and five wrong PINs end it', async () => {
    bed = await openAlertBed();
    await addSource(bed, capSource);
    expect(codeOf(await prepare())).toBe('no-shift');
    const [first, second] = devices;
    await first.beginShift(bed.duty);
    const made = (await prepare()).body;
    const sign = (ask: typeof bed.duty, body: object) => ask('POST', `/mandates/${made.id}/sign`, body);
    expect(codeOf(await sign(bed.second, signature(second, made)))).toBe('no-shift');
    for (let at = 0; at < wrongPinsMax; at++) await sign(bed.duty, { ...signature(first, made), pin: '590417' });
    expect(codeOf(await sign(bed.duty, signature(first, made)))).toBe('no-shift');
    expect((await bed.duty('GET', '/mandates')).body[0].signedBy).toEqual([]);
  });

  test('is revoked by one person and ends by itself', async () => {
    await open();
    const id = await putMandateInForce(bed);
    expect(await states()).toEqual(['in-force']);
    expect((await bed.second('POST', `/mandates/${id}/revoke`)).body.state).toBe('revoked');
    expect(codeOf(await bed.second('POST', `/mandates/${id}/revoke`))).toBe('conflict');
    await putMandateInForce(bed);
    bed.built.clock.nowMs += 31 * 24 * 3600_000;
    expect((await bed.built.centre.alerts.mandates.list()).map(({ state }) => state).sort()).toEqual(['expired', 'revoked']);
  });

  test.each([
    ['of a place outside the centre', { areas: ['09'] }, 'outside-area'],
    ['of no source', { feed: 'la' }, 'not-found'],
    ['of a template that is not there', { templates: ['khong-co'] }, 'not-found'],
    ['of more than a year', { untilMs: startMs + 400 * 24 * 3600_000 }, 'bad-input'],
    ['that has ended', { untilMs: startMs }, 'expired'],
    ['of more than twenty an hour', { perHour: 21 }, 'bad-input'],
  ])('%s is refused', async (_name, changes, code) => {
    await open();
    expect(codeOf(await prepare(changes))).toBe(code);
  });

  test('is not prepared by those who may not order, nor for a source that decides nothing alone', async () => {
    await open();
    expect(codeOf(await bed.admin('POST', '/mandates', mandateWish(bed.built.clock.nowMs)))).toBe('not-allowed');
    await addSource(bed, { ...capSource, trust: 'manual' } as never);
    expect(codeOf(await prepare())).toBe('conflict');
  });

  test('needs a gateway key that a delegation names', async () => {
    await open(false);
    expect(codeOf(await prepare())).toBe('role-missing');
  });
});

test('a centre asks for a gateway key in the ceremony; a new one takes the place of the old', async () => {
  bed = await openAlertBed();
  const dir = await mkdtemp(join(tmpdir(), 'loa-gateway-key-'));
  must(await initialise(dir, seedOf(), startMs));
  const file = (name: string) => join(dir, name);
  const keys = (...words: string[]) => runKeys(words, startMs + 5_000);
  must(await keys('request', '--data', dir, '--gateway', '--out', file('a')));
  for (const [number, from, to] of [[1, 'a', 'b'] as const, [2, 'b', 'c'] as const])
    must(await keys('sign', '--in', file(from), '--key', join(dir, 'root-keys', `root-${number}.pem`), '--out', file(to), '--yes'));
  must(await keys('install', '--data', dir, '--in', file('c')));
  const gateways = async () => must(await keys('show', '--data', dir)).filter((line) => line.includes('  gateway'));
  const before = await gateways();
  expect(before).toHaveLength(1);
  await rm(join(dir, 'keys', 'gateway.pem'));
  must(await keys('request', '--data', dir, '--gateway', '--out', file('d')));
  const asked = must(await keys('show', '--in', file('d'))).filter((line) => line.includes('  gateway'));
  expect(asked).toHaveLength(1);
  expect(asked).not.toEqual(before);
});
