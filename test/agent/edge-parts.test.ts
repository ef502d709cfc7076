// Smaller parts of the box's edge: what it trusts, what it counts, what it says about silence, how it reads its command line.
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readArguments } from '../../agent/arguments.ts';
import { ClockRecord } from '../../agent/clock-record.ts';
import { readConfig } from '../../agent/config.ts';
import { ConnectionCounter } from '../../agent/connections.ts';
import type { State } from '../../agent/core/model.ts';
import { blankKept, blankLive, quietOutput } from '../../agent/core/start-state.ts';
import { FlightRecorder } from '../../agent/flight-recorder.ts';
import { HeldKeys } from '../../agent/held-keys.ts';
import { whySilent } from '../../agent/page/silence.ts';
import { loadPlan } from '../../agent/plan-loader.ts';
import { Refusals } from '../../agent/refusals.ts';
import { cryptography, sha256 } from '../../hardware/host/crypto.ts';
import type { ClockQuality } from '../../schemas/time.ts';
import { agenda } from '../../schemas/timeline.ts';
import { plan, policy } from '../schemas/documents.ts';
import { makeAuthority } from './edge-authority.ts';

const folder = () => mkdtemp(join(tmpdir(), 'loa-edge-'));

describe('the keys a box holds', () => {
  test('are replaced by a newer document under the pinned root only, and survive a restart', async () => {
    const file = join(await folder(), 'keys.json');
    const [authority, foreign] = [makeAuthority(), makeAuthority()];
    await writeFile(file, JSON.stringify(authority.document));
    const open = () => new HeldKeys({ file, root: authority.root, dev: 'loa-1', crypto: cryptography });
    const keys = open();
    expect(await keys.load()).toMatchObject({ ok: true });
    expect(await keys.offer(foreign.placedIn(['xa-9']))).toMatchObject({ ok: false });
    const newer = authority.placedIn(['xa-1', 'thon-2']);
    expect(await keys.offer(newer)).toEqual({ ok: true, value: { replaced: true } });
    expect(await keys.offer(newer)).toEqual({ ok: true, value: { replaced: false } });
    expect(await keys.offer(authority.document)).toMatchObject({ ok: false, problem: { code: 'replayed' } });
    const next = open();
    await next.load();
    expect(next.ring().place.groups).toEqual(['xa-1', 'thon-2']);
  });
});

describe('what a box counts', () => {
  test('connections grow over any number of boots, whatever was lost', async () => {
    let stored: Uint8Array | undefined;
    let writes = 0;
    const slot = {
      read: async () => stored,
      write: async (bytes: Uint8Array) => {
        stored = bytes;
        writes++;
      },
    };
    let last = 0;
    for (let boot = 0; boot < 3; boot++) {
      const counter = new ConnectionCounter(slot);
      await counter.start();
      for (let i = 0; i < 1_500; i++) {
        const next = counter.next();
        expect(next).toBeGreaterThan(last);
        last = next;
      }
    }
    expect(writes).toBeLessThan(10);
  });

  test('a flood of forgeries is told once each, and only so many a minute', () => {
    const refusals = new Refusals();
    expect(refusals.tell('a', 0)).toBe(true);
    expect(refusals.tell('a', 1)).toBe(false);
    let told = 0;
    for (let i = 0; i < 1_000; i++) if (refusals.tell(`f${i}`, 10)) told++;
    expect(told).toBeLessThan(25);
    expect(refusals.tell('later', 61_000)).toBe(true);
  });

  test('the clock record is a floor, and trusts a battery clock for 60 days', async () => {
    const file = join(await folder(), 'clock.json');
    const record = new ClockRecord(file);
    await record.load();
    expect(record.rtcHolds(5)).toBe(false);
    const day = 24 * 3600_000;
    await record.save({ now: () => ({ wallMs: 100 * day, monoMs: 0, quality: 'signed' }) }, true);
    const next = new ClockRecord(file);
    await next.load();
    expect(next.floorMs).toBe(100 * day);
    expect([99, 101, 159, 161].map((days) => next.rtcHolds(days * day))).toEqual([false, true, true, false]);
    await writeFile(file, '{"floorMs":');
    await expect(new ClockRecord(file).load()).resolves.toBeUndefined();
  });

  test('the flight recorder keeps two bounded files', async () => {
    const file = join(await folder(), 'flight.jsonl');
    const recorder = new FlightRecorder(file, 10_000);
    for (let i = 0; i < 2_000; i++) recorder.record({ i, has: new Map([['a', 1]]) });
    recorder.flush();
    for (let i = 0; i < 100; i++) recorder.record({ i });
    recorder.flush();
    expect((await stat(file)).size).toBeLessThan(80_000);
    expect(JSON.parse((await readFile(file, 'utf8')).trim().split('\n').at(-1) ?? '')).toEqual({ i: 99 });
    expect((await readFile(`${file}.1`, 'utf8')).includes('"has":{"a":1}')).toBe(true);
  });
});

describe('a plan', () => {
  async function withParts(parts: Record<string, unknown>) {
    const dir = await folder();
    const paths = new Map<string, string>();
    const list: { kind: 'settings' | 'policy' | 'schedules'; sha256: string; bytes: number }[] = [];
    for (const [kind, part] of Object.entries(parts)) {
      const text = Buffer.from(JSON.stringify(part));
      const name = sha256(text);
      paths.set(name, join(dir, name));
      await writeFile(join(dir, name), text);
      list.push({ kind: kind as 'policy', sha256: name, bytes: text.length });
    }
    return { want: { rev: 3, parts: list }, pathOf: (name: string) => paths.get(name), dir };
  }

  test('is all of its parts, with defaults for settings', async () => {
    const { schedules } = plan({});
    const { want, pathOf } = await withParts({ policy: policy(), schedules });
    const loaded = await loadPlan(want, pathOf);
    expect(loaded).toMatchObject({
      ok: true,
      value: { rev: 3, schedules: { programmes: schedules.programmes }, settings: { warmUpMs: 500 } },
    });
  });

  test('is refused as a whole when a part is missing, altered or ill-formed, naming the part', async () => {
    const good = { policy: policy(), schedules: plan({}).schedules };
    const ill = await withParts({ ...good, settings: { warmUpMs: 1 } });
    expect(await loadPlan(ill.want, ill.pathOf)).toMatchObject({ ok: false, problem: { code: 'bad-input', path: '/parts/2/warmUpMs' } });
    const altered = await withParts(good);
    const [part] = altered.want.parts;
    await writeFile(join(altered.dir, part?.sha256 ?? ''), 'x'.repeat(part?.bytes ?? 0));
    expect(await loadPlan(altered.want, altered.pathOf)).toMatchObject({ ok: false, problem: { code: 'hash-mismatch' } });
    expect(await loadPlan(altered.want, () => undefined)).toMatchObject({ ok: false, problem: { code: 'not-cached' } });
    const lawless = await withParts({ schedules: good.schedules });
    expect(await loadPlan(lawless.want, lawless.pathOf)).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
  });
});

describe('why the box is silent', () => {
  const wallMs = Date.parse('2026-11-23T05:00:00Z');
  const at = (quality: ClockQuality) => ({ wallMs, monoMs: 0, quality });
  const say = (state: State, quality: ClockQuality = 'signed') => whySilent(state, at(quality), () => '13:30')?.code;

  function state(change: { live?: Partial<State['live']>; kept?: Partial<State['kept']> } = {}): State {
    const live = { ...blankLive(), outputs: { main: quietOutput('main', 'loudspeaker', 0) }, ...change.live };
    return { kept: { ...blankKept(), ...change.kept }, live };
  }

  test('one reason is said, the gravest first', () => {
    const today = plan({});
    const occurrences = agenda(today, wallMs, wallMs + 86_400_000);
    const planned = { plan: today, agenda: { rev: 1, fromMs: 0, toMs: 0, items: [], occurrences } };
    const broken = { main: { ...quietOutput('main', 'loudspeaker', 0), working: false } };
    expect(say(state())).toBe('no-plan');
    expect(say(state(), 'net')).toBe('no-time');
    expect(say(state({ kept: { muted: true } }))).toBe('muted');
    expect(say(state({ live: { outputs: broken } }))).toBe('output-failed');
    expect(say(state({ live: { ...planned, agenda: { rev: 1, fromMs: 0, toMs: 0, items: [], occurrences: [] } } }))).toBe(
      'nothing-planned',
    );
    const [one] = agenda(today, Date.parse('2026-11-22T00:00:00Z'), wallMs + 86_400_000);
    if (!one) throw new Error('no occurrence');
    const moved = (change: Partial<typeof one>) => ({
      ...planned,
      agenda: { rev: 1, fromMs: 0, toMs: 0, items: [], occurrences: [{ ...one, ...change }] },
    });
    const now = { startMs: wallMs - 1000, endMs: wallMs + 1000 };
    expect(say(state({ live: moved({ ...now, refused: 'quiet-hours' }) }))).toBe('refused');
    expect(say(state({ live: { ...moved(now), cache: { known: true, has: new Map(), freeBytes: 0 } } }))).toBe('not-cached');
    expect(say(state({ live: moved({ startMs: wallMs + 1000, endMs: wallMs + 2000, refused: null }) }))).toBe('not-yet');
  });

  test('nothing is said while something sounds', () => {
    const quiet = quietOutput('main', 'loudspeaker', 0);
    const voice = { kind: 'tone' as const, id: 't', durationMs: 1 };
    const playing = { ...quiet, player: { is: 'playing' as const, attempt: 1, voice, startAtMs: 0, startAtMonoMs: 0, untilMs: null } };
    expect(say(state({ live: { outputs: { main: playing } } }))).toBeUndefined();
  });
});

describe('what a box is told by people', () => {
  test('the command line names the first fault', () => {
    expect(readArguments(['--data', '/x'])).toEqual({
      ok: true,
      value: { do: 'run', dataDir: '/x', configFile: '/x/config.json', configNamed: false },
    });
    expect(readArguments(['enrol', '--data', '/x', '--claim', 'c'])).toMatchObject({ ok: true, value: { do: 'enrol' } });
    expect(readArguments(['enrol', '--data', '/x'])).toMatchObject({ ok: false, problem: { detail: '--claim FILE is missing' } });
    expect(readArguments(['dance', '--data', '/x'])).toMatchObject({ ok: false });
    expect(readArguments(['--datta', '/x'])).toMatchObject({ ok: false });
  });

  test('a configuration file is defaults plus what it names; an unknown word is a readable problem', async () => {
    const dir = await folder();
    expect(await readConfig(join(dir, 'none.json'), false)).toMatchObject({ ok: true, value: { page: { host: '127.0.0.1', port: 8090 } } });
    expect(await readConfig(join(dir, 'none.json'), true)).toMatchObject({ ok: false, problem: { code: 'not-found' } });
    await writeFile(join(dir, 'c.json'), '{"audioOut":{"kind":"virtual","ppm":40},"brokerUrl":"mqtt://plain"}');
    expect(await readConfig(join(dir, 'c.json'), true)).toMatchObject({ ok: false, problem: { code: 'bad-input', path: '/brokerUrl' } });
    await writeFile(join(dir, 'c.json'), '{"speaker":1}');
    expect(await readConfig(join(dir, 'c.json'), true)).toMatchObject({ ok: false, problem: { path: '/speaker' } });
  });
});
