// The technician's checklist: each line's state for each thing that may be wrong, with reason and remedy in both languages.
import { describe, expect, test } from 'vitest';
import type { Live } from '../../agent/core/model.ts';
import { blankWired } from '../../agent/core/wired.ts';
import { type CheckId, type CheckState, checkIds, checklist, type Readings, tally } from '../../agent/page/checklist.ts';
import { suppliesOf } from '../../agent/page/supply.ts';

const nowMs = Date.UTC(2026, 10, 28, 8);
const dayMs = 24 * 3600_000;
const gib = 1024 ** 3;

const modem: NonNullable<Readings['modem']> = { line: 'answers', sim: 'ready', registered: true, operator: 'Viettel', signalDbm: -92 };
const good: Readings = {
  nowMs,
  mainsPresent: true,
  underVoltage: { now: false },
  disk: { freeBytes: 4 * gib, lowBytes: 256 * 1024 ** 2, writes: true },
  wear: { usedPercent: 12 },
  modem,
  names: { host: 'centre.example', tookMs: 40, problem: null },
  clock: { quality: 'signed', rtc: true },
  certificate: { fromMs: nowMs - dayMs, untilMs: nowMs + 200 * dayMs },
  enrolled: { dev: 'loa-1', centre: 'xa-1', demo: false },
  centre: { up: true, heartbeatAgeMs: 30_000, problem: null },
  amplifiers: [{ output: 'main', is: 'off' }],
  tone: { heard: 'yes', atMs: nowMs - 60_000, proved: false },
  screens: [{ output: 'screen', working: true, power: 'confirmed', behind: false }],
  place: { area: '08/02536', position: '21.7, 105.4', photo: true },
};

/** The part is not there at all. */
function without(...parts: readonly (keyof Readings)[]): Readings {
  return Object.fromEntries(Object.entries(good).filter(([name]) => !parts.includes(name as keyof Readings))) as unknown as Readings;
}

const cases: readonly [what: string, line: CheckId, state: CheckState, readings: Readings][] = [
  ['under-voltage now', 'power', 'bad', { ...good, underVoltage: { now: true } }],
  ['no mains', 'power', 'warn', { ...good, mainsPresent: false }],
  ['a board that cannot tell its voltage', 'power', 'ok', without('underVoltage')],
  ['a card that takes no writes', 'card', 'bad', { ...good, disk: { ...good.disk, writes: false } }],
  ['a card nearly full', 'card', 'warn', { ...good, disk: { ...good.disk, freeBytes: 1024 } }],
  ['a card nobody measured', 'card', 'unknown', { ...good, disk: { ...good.disk, freeBytes: null } }],
  ['a worn card', 'card', 'warn', { ...good, wear: { usedPercent: 80 } }],
  ['a card at its end', 'card', 'bad', { ...good, wear: { usedPercent: 97 } }],
  ['no modem', 'modem', 'unknown', without('modem')],
  ['no SIM', 'modem', 'bad', { ...good, modem: { ...modem, sim: 'missing' } }],
  ['a SIM that asks for its PIN', 'modem', 'bad', { ...good, modem: { ...modem, sim: 'pin' } }],
  ['a SIM that asks for its PUK', 'modem', 'bad', { ...good, modem: { ...modem, sim: 'puk' } }],
  ['a SIM that has failed', 'modem', 'bad', { ...good, modem: { ...modem, sim: 'failed' } }],
  ['a SIM that starts', 'modem', 'unknown', { ...good, modem: { ...modem, sim: 'unknown' } }],
  ['a modem that is gone', 'modem', 'bad', { ...good, modem: { ...modem, line: 'gone' } }],
  ['a modem that is silent', 'modem', 'bad', { ...good, modem: { ...modem, line: 'silent' } }],
  ['no network', 'modem', 'bad', { ...good, modem: { ...modem, registered: false } }],
  ['a weak signal', 'modem', 'warn', { ...good, modem: { ...modem, signalDbm: -106 } }],
  ['hardly any signal', 'modem', 'bad', { ...good, modem: { ...modem, signalDbm: -119 } }],
  ['signal not measured', 'modem', 'unknown', { ...good, modem: { ...modem, signalDbm: null } }],
  ['a name that does not resolve', 'names', 'bad', { ...good, names: { host: 'centre.example', tookMs: null, problem: 'ENOTFOUND' } }],
  ['a name that resolves slowly', 'names', 'warn', { ...good, names: { host: 'centre.example', tookMs: 3_001, problem: null } }],
  ['a battery clock', 'time', 'ok', { ...good, clock: { quality: 'rtc', rtc: true } }],
  ['NTP alone', 'time', 'bad', { ...good, clock: { quality: 'net', rtc: false } }],
  ['no time', 'time', 'bad', { ...good, clock: { quality: 'none', rtc: false } }],
  ['a certificate near its end', 'tls', 'warn', { ...good, certificate: { fromMs: 0, untilMs: nowMs + 29 * dayMs } }],
  ['an ended certificate', 'tls', 'bad', { ...good, certificate: { fromMs: 0, untilMs: nowMs - dayMs } }],
  ['a certificate of tomorrow', 'tls', 'bad', { ...good, certificate: { fromMs: nowMs + dayMs, untilMs: nowMs + 90 * dayMs } }],
  ['a certificate without time to judge it', 'tls', 'unknown', { ...good, clock: { quality: 'none', rtc: false } }],
  ['nobody', 'claim', 'bad', { ...good, enrolled: null }],
  ['a demo box', 'claim', 'warn', { ...good, enrolled: { dev: 'loa-1', centre: 'xa-1', demo: true } }],
  ['no line', 'centre', 'bad', { ...good, centre: { up: false, heartbeatAgeMs: null, problem: 'offline' } }],
  ['a silent centre', 'centre', 'warn', { ...good, centre: { up: true, heartbeatAgeMs: 1_000_000, problem: null } }],
  ['a centre not heard yet', 'centre', 'ok', { ...good, centre: { up: true, heartbeatAgeMs: null, problem: null } }],
  ['a failed amplifier', 'amplifier', 'bad', { ...good, amplifiers: [{ output: 'main', is: 'failed' }] }],
  ['no amplifier', 'amplifier', 'unknown', { ...good, amplifiers: [] }],
  ['a tone not heard', 'tone', 'bad', { ...good, tone: { heard: 'no', atMs: nowMs, proved: false } }],
  ['no tone tried', 'tone', 'unknown', { ...good, tone: { heard: null, atMs: null, proved: false } }],
  ['a tone of yesterday', 'tone', 'unknown', { ...good, tone: { heard: 'yes', atMs: nowMs - dayMs, proved: false } }],
  [
    'a tone of tomorrow, by a clock that stepped',
    'tone',
    'unknown',
    { ...good, tone: { heard: 'yes', atMs: nowMs + dayMs, proved: false } },
  ],
  ['a dead screen', 'screen', 'bad', { ...good, screens: [{ output: 's', working: false, power: 'sent', behind: false }] }],
  ['a screen whose power fails', 'screen', 'warn', { ...good, screens: [{ output: 's', working: true, power: 'failed', behind: false }] }],
  ['no screen', 'screen', 'unknown', { ...good, screens: [] }],
  ['no photo', 'place', 'warn', { ...good, place: { ...good.place, photo: false } }],
  ['no place', 'place', 'unknown', { ...good, place: { area: null, position: null, photo: false } }],
];

describe('the checklist', () => {
  test('has its twelve lines in order, all well on a good box', () => {
    const lines = checklist(good);
    expect(lines.map(({ id }) => id)).toEqual([...checkIds]);
    expect(lines).toHaveLength(12);
    expect(tally(lines)).toEqual({ ok: 12, warn: 0, bad: 0, unknown: 0 });
    for (const { reason, remedy } of lines) expect([reason, remedy]).toEqual([null, null]);
  });

  test.each(cases)('%s: %s is %s', (_, id, state, readings) => {
    const line = checklist(readings).find((one) => one.id === id);
    expect(line?.state).toBe(state);
    if (state === 'ok') return;
    for (const said of [line?.title, line?.value, line?.reason, line?.remedy]) {
      expect(said?.vi.length).toBeGreaterThan(1);
      expect(said?.en.length).toBeGreaterThan(1);
    }
  });

  test('what is not fitted says so and is not counted as a fault', () => {
    const lines = checklist({ ...without('modem', 'wear', 'underVoltage'), screens: [] });
    expect(lines.find(({ id }) => id === 'modem')?.value.en).toBe('not fitted');
    expect(tally(lines)).toEqual({ ok: 10, warn: 0, bad: 0, unknown: 2 });
  });

  test('the measured value stands in the line, wrong or right', () => {
    const value = (id: CheckId, readings: Readings) => checklist(readings).find((one) => one.id === id)?.value.vi;
    expect(value('modem', good)).toBe('Viettel, -92 dBm');
    expect(value('names', good)).toBe('centre.example: 40 ms');
    expect(value('card', good)).toContain('4.0 GB');
    expect(value('tls', { ...good, certificate: { fromMs: 0, untilMs: nowMs + 3 * dayMs } })).toBe('Còn 3 ngày');
    expect(value('centre', { ...good, centre: { up: false, heartbeatAgeMs: null, problem: 'ECONNREFUSED' } })).toContain('ECONNREFUSED');
  });

  test('supply, card and mobile line are read as the box measured them', () => {
    const sample = { outputs: {}, throttled: ['under-voltage'], diskWornPercent: 40 } as unknown as Live['telemetry']['sample'];
    const telemetry = { sample } as Live['telemetry'];
    const seen = { line: 'answers', sim: 'ready', registration: 'roaming', operator: 'Viettel', signalDbm: -99 } as const;
    expect(suppliesOf({ telemetry, wired: { ...blankWired, modem: seen } })).toEqual({
      underVoltage: { now: true },
      wear: { usedPercent: 40 },
      modem: { line: 'answers', sim: 'ready', registered: true, operator: 'Viettel', signalDbm: -99 },
    });
    expect(suppliesOf({ telemetry: { sample: null } as Live['telemetry'], wired: blankWired })).toEqual({});
  });
});
