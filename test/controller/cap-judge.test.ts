// What is done with a message that was understood, alone and after others.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { capMessageTypes, capScopes, capStatuses } from '../../controller/emergency/cap/alert.ts';
import { capCodes } from '../../controller/emergency/cap/verdict-codes.ts';
import { alertXml, area, check, codeOf, info, inTurn, minutes, triple } from './cap-messages.ts';

const dayMinutes = 24 * 60;
const cancel = (identifier: string, of: string, fields: Record<string, string | undefined> = {}) =>
  alertXml({ identifier, msgType: 'Cancel', sent: minutes(-5), references: of, ...fields }, '');
const update = (identifier: string, of: string, fields: Record<string, string | undefined> = {}, infos = info()) =>
  alertXml({ identifier, msgType: 'Update', sent: minutes(-5), references: of, ...fields }, infos);

describe('every status, message type and scope', () => {
  const expected = (status: string, msgType: string, scope: string): string => {
    if (status === 'System' || status === 'Test' || status === 'Draft') return `ignore ${status.toLowerCase()}`;
    if (msgType === 'Ack' || msgType === 'Error') return `ignore ${msgType.toLowerCase()}`;
    if (status === 'Exercise') return 'hold exercise-not-agreed';
    if (scope !== 'Public') return `hold ${scope.toLowerCase()}`;
    return `accept ${msgType === 'Cancel' ? 'cancel-early' : msgType.toLowerCase()}`;
  };
  const all = capStatuses.flatMap((status) =>
    capMessageTypes.flatMap((msgType) => capScopes.map((scope) => [status, msgType, scope] as const)),
  );

  test.each(all)('%s %s %s', async (status, msgType, scope) => {
    const references = msgType === 'Alert' ? undefined : triple('a-0', -20);
    const xml = alertXml({ status, msgType, scope, restriction: 'trực ban', addresses: 'a@b', references });
    expect(await codeOf(xml)).toBe(expected(status, msgType, scope));
  });

  test('exercises of a source that agreed on them are exercises', async () => {
    const source = { id: 'tinh', exercises: true };
    expect(await codeOf(alertXml({ status: 'Exercise' }), { source })).toBe('accept exercise');
    expect(await inTurn([alertXml({ status: 'Exercise' }), cancel('c', triple('a-1'), { status: 'Exercise' })], { source })).toEqual([
      'accept exercise',
      'accept exercise',
    ]);
  });
});

describe('references', () => {
  test.each(['Update', 'Cancel'])('an %s of nothing is refused', async (msgType) => {
    expect(await codeOf(alertXml({ msgType }))).toBe('reject references-missing');
    expect(await codeOf(alertXml({ msgType, references: '' }))).toBe('reject references-missing');
  });

  test.each(capMessageTypes)('an %s that references itself, or something sent later, is refused', async (msgType) => {
    expect(await codeOf(alertXml({ msgType, references: triple('a-1') }))).toBe('reject reference-circular');
    expect(await codeOf(alertXml({ msgType, references: triple('a-2', 1) }))).toBe('reject reference-later');
  });

  test('an Update takes the place of the Alert, a Cancel ends both', async () => {
    const messages = [alertXml(), update('u', triple('a-1')), cancel('c', `${triple('a-1')} ${triple('u', -5)}`, { sent: minutes(-2) })];
    expect(await inTurn(messages)).toEqual(['accept alert', 'accept update', 'accept cancel']);
    const first = await check(messages[0] as string);
    const second = await check(messages[1] as string, { history: first.history });
    expect(second.ends.map(({ identifier }) => identifier)).toEqual(['a-1']);
    const third = await check(messages[2] as string, { history: second.history });
    expect(third.ends.map(({ identifier }) => identifier)).toEqual(['a-1', 'u']);
  });

  test('the whole triple counts, and an instant written with another offset is the same', async () => {
    const [one, other] = [cancel('c', triple('a-1', -11)), cancel('c', `canh-bao@tinh.example,a-1,2026-11-22T22:30:00-00:00`)];
    expect(await inTurn([alertXml(), one])).toEqual(['accept alert', 'accept cancel-early']);
    expect(await inTurn([alertXml(), other])).toEqual(['accept alert', 'accept cancel']);
  });

  test('a Cancel or Update before its Alert is remembered, and the Alert does not sound when it comes', async () => {
    expect(await inTurn([cancel('c', triple('a-1')), alertXml()])).toEqual(['accept cancel-early', 'ignore cancelled']);
    expect(await inTurn([update('u', triple('a-1')), alertXml()])).toEqual(['accept update', 'ignore superseded']);
    expect(await inTurn([cancel('c', triple('a-1')), alertXml(), alertXml()])).toEqual([
      'accept cancel-early',
      'ignore cancelled',
      'ignore duplicate',
    ]);
  });

  test('an Update that was sent before the Cancel and comes after it does not sound; one sent later does', async () => {
    const end = cancel('c', triple('a-1'), { sent: minutes(-3) });
    expect(await inTurn([alertXml(), end, update('u', triple('a-1'))])).toEqual(['accept alert', 'accept cancel', 'ignore cancelled']);
    expect((await inTurn([alertXml(), end, update('u', triple('a-1'), { sent: minutes(-1) })])).at(-1)).toBe('accept update');
  });

  test('a Cancel of the first message of a chain ends the chain; one that names the last ends no sibling', async () => {
    const chain = [alertXml(), update('u', triple('a-1'))];
    const { history } = await check(chain[1] as string, { history: (await check(chain[0] as string)).history });
    const all = await check(cancel('c', triple('a-1'), { sent: minutes(-1) }), { history });
    expect(all.ends.map(({ identifier }) => identifier)).toEqual(['a-1', 'u']);
    const north = await check(update('north', triple('a-1'), { sent: minutes(-4) }), { history });
    const half = await check(cancel('c', `${triple('a-1')} ${triple('north', -4)}`, { sent: minutes(-1) }), { history: north.history });
    expect(half.ends.map(({ identifier }) => identifier)).not.toContain('u');
  });

  test('an expired Update still ends what it replaced', async () => {
    const first = await check(alertXml());
    const late = await check(update('u', triple('a-1'), {}, info({ expires: minutes(-1) })), { history: first.history });
    expect(late.verdict.code).toBe('expired');
    expect(late.ends.map(({ identifier }) => identifier)).toEqual(['a-1']);
  });
});

describe('authority', () => {
  const stranger = { sender: 'ke-la@noi-khac.example' };

  test('nobody else updates or cancels a message, and it goes on', async () => {
    for (const message of [cancel('c', triple('a-1'), stranger), update('u', triple('a-1'), stranger)]) {
      const { history } = await check(alertXml());
      const { verdict, history: after, ends } = await check(message, { history });
      expect(verdict).toMatchObject({ is: 'reject', code: 'other-authority', alarm: true });
      expect([after, ends]).toEqual([history, []]);
    }
  });

  test('a stranger cannot cancel a message in advance either', async () => {
    expect(await inTurn([cancel('c', triple('a-1'), stranger), alertXml()])).toEqual(['reject other-authority', 'accept alert']);
    expect(await inTurn([update('u', triple('a-1'), stranger), alertXml()])).toEqual(['hold reference-foreign', 'accept alert']);
    const expired = update('u', triple('a-1'), stranger, info({ expires: minutes(-1) }));
    expect(await inTurn([expired, alertXml()])).toEqual(['ignore expired', 'accept alert']);
  });

  test('an authority named as superior may', async () => {
    const source = { id: 'trung-uong', superiorTo: ['canh-bao@tinh.example'] };
    expect(await inTurn([alertXml(), cancel('c', triple('a-1'), stranger)], { source })).toEqual(['accept alert', 'accept cancel']);
  });

  test('an exercise ends nothing real, a test neither', async () => {
    const source = { id: 'tinh', exercises: true };
    expect(await inTurn([alertXml(), cancel('c', triple('a-1'), { status: 'Exercise' })], { source })).toEqual([
      'accept alert',
      'reject other-status',
    ]);
    const { history } = await check(alertXml());
    const tested = await check(cancel('c', triple('a-1'), { status: 'Test' }), { history });
    expect([tested.verdict.code, tested.ends]).toEqual(['test', []]);
    expect(await inTurn([cancel('c', triple('a-1'), { status: 'Exercise' }), alertXml()], { source })).toEqual([
      'accept exercise',
      'accept alert',
    ]);
  });

  test('a sender that no source speaks for is refused', async () => {
    expect(await codeOf(alertXml(), { source: { id: 'tinh', senders: ['khac@tinh.example'] } })).toBe('reject sender-unknown');
    expect(await codeOf(alertXml(), { source: { id: 'tinh', senders: ['canh-bao@tinh.example'] } })).toBe('accept alert');
  });

  test('what must be signed and is not, is refused', async () => {
    expect(await codeOf(alertXml(), { source: { id: 'tinh', signature: 'required' } })).toBe('reject signature-missing');
  });
});

describe('times', () => {
  test.each([
    [{ expires: minutes(-1) }, 'ignore expired'],
    [{ expires: minutes(0) }, 'ignore expired'],
    [{ expires: undefined }, 'hold no-expires'],
    [{ expires: minutes(61 * dayMinutes) }, 'hold expires-far'],
    [{ expires: minutes(33 * dayMinutes) }, 'accept alert'],
    [{ effective: minutes(300), expires: minutes(240) }, 'hold times-contradict'],
  ])('%o: %s', async (fields, code) => {
    expect(await codeOf(alertXml({}, info(fields)))).toBe(code);
  });

  test('a future effective or onset never delays a warning, and is said', async () => {
    const { verdict, notes } = await check(alertXml({}, info({ effective: minutes(60), onset: minutes(90) })));
    expect(verdict.code).toBe('alert');
    expect(notes.map(({ code }) => code)).toContain('effective-later');
  });

  test('sent a little ahead is a clock, far ahead is for a person', async () => {
    expect(await codeOf(alertXml({ sent: minutes(14) }))).toBe('accept alert');
    expect(await codeOf(alertXml({ sent: minutes(16) }))).toBe('hold sent-later');
  });

  test('of several info blocks those that have not expired count', async () => {
    const both = info({ expires: minutes(-1) }) + info({ language: 'en', headline: 'Flood' });
    const { verdict, notes } = await check(alertXml({}, both));
    expect([verdict.code, notes.map(({ code }) => code).includes('partly-expired')]).toEqual(['alert', true]);
  });
});

describe('info blocks', () => {
  const en = { language: 'en', event: 'Flash flood', headline: 'Flood', description: 'Rising fast.' };

  test('two languages of one event are one message', async () => {
    expect(await codeOf(alertXml({}, info() + info(en)))).toBe('accept alert');
  });

  test('other categories or event codes are another event', async () => {
    expect(await codeOf(alertXml({}, info() + info({ ...en, category: 'Geo' })))).toBe('hold infos-differ');
    const code = (value: string) => ({ eventCode: `<valueName>SAME</valueName><value>${value}</value>` });
    expect(await codeOf(alertXml({}, info(code('FFW')) + info({ ...en, ...code('FFA') })))).toBe('hold infos-differ');
    expect(await codeOf(alertXml({}, info(code('FFW')) + info({ ...en, ...code('FFW') })))).toBe('accept alert');
  });

  test('the same text under two languages is said', async () => {
    const { verdict, notes } = await check(alertXml({}, info() + info({ language: 'tyz' })));
    expect(verdict.code).toBe('alert');
    expect(notes.map(({ code }) => code)).toContain('languages-alike');
    expect((await check(alertXml({}, info() + info()))).notes.map(({ code }) => code)).not.toContain('languages-alike');
  });

  test('nothing to say, and saying nothing, is for a person', async () => {
    expect(await codeOf(alertXml({}, ''))).toBe('hold no-info');
    expect(await codeOf(alertXml({}, info({ event: '' })))).toBe('hold no-event');
  });
});

describe('areas without places', () => {
  test.each([
    ['none', '', 'hold no-area'],
    ['a description only', area({ polygon: undefined }), 'hold area-without-shape'],
    ['empty shapes', area({ polygon: '', circle: '' }), 'hold area-without-shape'],
    ['a geocode', area({ polygon: undefined, geocode: '<valueName>UGC</valueName><value>MTZ014</value>' }), 'accept alert'],
    ['a circle of radius 0', area({ polygon: undefined, circle: '21.7,105.4 0' }), 'accept alert'],
    ['a bow tie', area({ polygon: '0,0 1,1 1,0 0,1 0,0' }), 'hold polygon-crosses'],
    ['a corner pushed through a side', area({ polygon: '0,0 0,4 2,4 2,3 0,2 -2,1 2,0 0,0' }), 'hold polygon-crosses'],
    ['sides that touch', area({ polygon: '0,0 0,4 2,4 2,3 0,2 2,1 2,0 0,0' }), 'accept alert'],
    ['a hole cut with one line', area({ polygon: '0,0 0,9 9,9 9,0 0,0 3,3 6,3 6,6 3,6 3,3 0,0' }), 'accept alert'],
    ['repeated points', area({ polygon: '0,0 0,0 0,4 0,4 4,4 4,4 0,0 0,0' }), 'accept alert'],
  ])('%s', async (_, areas, code) => {
    expect(await codeOf(alertXml({}, info({}, areas)))).toBe(code);
  });
});

test('each verdict code has one verdict', () => {
  const codes = Object.values(capCodes).flatMap((list) => Object.keys(list));
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});

test('the page about CAP lists every verdict code with its meaning, and no other', () => {
  const page = readFileSync('controller/docs/cap.md', 'utf8');
  const rows = [...page.matchAll(/^\| (accept|hold|ignore|reject) \| `([^`]+)` \| (.*) \|$/gm)].map(([, is, code, meaning]) => [
    is,
    code,
    meaning,
  ]);
  expect(rows).toEqual(
    Object.entries(capCodes).flatMap(([is, list]) => Object.entries(list).map(([code, meaning]) => [is, code, meaning])),
  );
});
