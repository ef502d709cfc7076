// What a gateway remembers of messages: duplicates, names taken twice, how long and how much.
import { describe, expect, test } from 'vitest';
import { type CapHistory, emptyHistory, historyEntriesMax } from '../../controller/emergency/cap/history.ts';
import { judge } from '../../controller/emergency/cap/judge.ts';
import { alertOf, alertXml, check, codeOf, info, inTurn, minutes, nowMs, triple } from './cap-messages.ts';

const dayMinutes = 24 * 60;
const cancel = (identifier: string, of: string, fields: Record<string, string | undefined> = {}) =>
  alertXml({ identifier, msgType: 'Cancel', sent: minutes(-5), references: of, ...fields }, '');

describe('the same again', () => {
  test('the same message is one event, in whatever layout', async () => {
    const dressed = alertXml().replaceAll('><', '>\n<').replace('+07:00</sent>', '+07:00\n</sent>');
    expect(await inTurn([alertXml(), alertXml(), dressed])).toEqual(['accept alert', 'ignore duplicate', 'ignore duplicate']);
    expect(await inTurn([alertXml({ status: 'Test' }), alertXml({ status: 'Test' })])).toEqual(['ignore test', 'ignore duplicate']);
  });

  test('the same name with other content is an alarm, whatever the first came to', async () => {
    const other = alertXml({}, info({ instruction: 'Ở lại.' }));
    for (const first of [
      alertXml(),
      alertXml({ status: 'Draft' }),
      alertXml({}, info({ expires: minutes(-1) })),
      alertXml({}, info({}, '')),
    ])
      expect((await inTurn([first, other])).at(-1)).toBe('reject same-name-other-content');
    const { history } = await check(alertXml());
    expect((await check(other, { history })).verdict.alarm).toBe(true);
  });

  test('a refused forgery does not stand in the way of the real message', async () => {
    const forged = alertXml({ references: triple('a-1') });
    expect(await inTurn([forged, alertXml()])).toEqual(['reject reference-circular', 'accept alert']);
  });

  test('a signed message takes the name of an unsigned one, never the other way round', async () => {
    const [one, other] = [await alertOf(alertXml()), await alertOf(alertXml({ note: 'khác' }))];
    const ask = (alert: typeof one, history: CapHistory, signed: boolean) =>
      judge(alert, { nowMs, history, source: { id: 'tinh' }, signature: signed ? { is: 'valid', signer: 'a' } : { is: 'absent' } });
    const unsigned = ask(one, emptyHistory, false);
    const signed = ask(other, unsigned.history, true);
    expect(signed.verdict.code).toBe('alert');
    expect(signed.notes.map(({ code }) => code)).toContain('unsigned-twin');
    expect(ask(one, signed.history, false).verdict.code).toBe('same-name-other-content');
  });
});

describe('what is remembered', () => {
  test('is bounded, plain, and the loudest sender forgets first', async () => {
    let history: CapHistory = (await check(cancel('quiet', triple('q', -20, 'nho@xa.example'), { sender: 'nho@xa.example' }))).history;
    const flood = await alertOf(cancel('c', triple('x', -20)));
    for (let round = 0; round < 6; round++) {
      const references = Array.from({ length: 1_000 }, (_, i) => ({ ...flood, identifier: `r${round}-${i}`, sentMs: flood.sentMs - 1 }));
      const alert = { ...flood, identifier: `c${round}`, references };
      history = judge(alert, { nowMs, history, source: { id: 'any' }, signature: { is: 'absent' } }).history;
    }
    expect(history.entries.length).toBe(historyEntriesMax);
    expect(JSON.parse(JSON.stringify(history))).toEqual(history);
    expect(history.entries.map(({ identifier }) => identifier)).toEqual(expect.arrayContaining(['q', 'quiet']));
  });

  test('is forgotten when it no longer matters', async () => {
    const { history } = await check(alertXml());
    const { history: later } = await check(
      alertXml({ identifier: 'b', sent: minutes(2 * dayMinutes) }, info({ expires: minutes(3 * dayMinutes) })),
      {
        history,
        atMs: nowMs + 2 * dayMinutes * 60_000,
      },
    );
    expect(later.entries.map(({ identifier }) => identifier)).toEqual(['b']);
  });

  test('a tombstone waits a month', async () => {
    const { history } = await check(cancel('c', triple('a-1')));
    const late = alertXml({}, info({ expires: minutes(32 * dayMinutes) }));
    expect(await codeOf(late, { history, atMs: nowMs + 30 * dayMinutes * 60_000 })).toBe('ignore cancelled');
  });
});
