// The demo's pure parts: measuring the skew, wording receipts, the welcome plan, the arguments.

import { existsSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { checkEntry, gapsIn } from '../../controller/core/duty.ts';
import { readRosterWeek, weekOf } from '../../controller/core/roster-week.ts';
import { readDemoArguments } from '../../controller/demo/arguments.ts';
import { boardPage } from '../../controller/demo/board-page.ts';
import { makeChime } from '../../controller/demo/chime.ts';
import { audioFile, readAccounts, readBoards, readEstate, readProgrammeTexts, readRaw } from '../../controller/demo/demo-texts.ts';
import { rosterLines } from '../../controller/demo/duty-roster.ts';
import { entryOf } from '../../controller/demo/estate.ts';
import { receiptLine } from '../../controller/demo/receipt-line.ts';
import { lagMs, levelDb } from '../../controller/demo/skew.ts';
import { boardRound, localDateTime, soundProgrammes, welcomeMs, welcomePlays } from '../../controller/demo/welcome-plan.ts';
import type { ReceiptAnswer } from '../../schemas/api.ts';
import { EquipmentFacts } from '../../schemas/register.ts';
import { zoneClock } from '../../schemas/zones.ts';

describe('the skew between two loudspeakers', () => {
  const chime = makeChime();
  const delayed = (frames: number) => {
    const moved = new Int16Array(chime.length);
    moved.set(chime.subarray(0, chime.length - frames), frames);
    return moved;
  };

  test.each([0, 7, 48, 480])('is found when the second is %i frames late', (frames) => {
    expect(lagMs(chime, delayed(frames), 20)).toBeCloseTo(frames / 48, 2);
  });

  test('is negative when the second is early', () => {
    expect(lagMs(delayed(24), chime, 20)).toBeCloseTo(-0.5, 2);
  });

  test('is not told for silence or for two different sounds', () => {
    expect(lagMs(new Int16Array(24_000), new Int16Array(24_000), 20)).toBeUndefined();
    const noise = Int16Array.from({ length: chime.length }, (_, i) => Math.round(8_000 * Math.sin(i * i * 0.01)));
    expect(lagMs(chime, noise, 20)).toBeUndefined();
  });

  test('comes with a level: full scale near 0 dB, silence −90 dB', () => {
    expect(levelDb(new Int16Array(4_800))).toBeCloseTo(-90, 0);
    expect(levelDb(new Int16Array(4_800).fill(32_767))).toBeCloseTo(0, 1);
  });
});

describe('the roster of the demo', () => {
  test('names a first, a second and a leader at every hour of fourteen days', () => {
    const clock = zoneClock('Asia/Ho_Chi_Minh');
    const fromMs = Date.UTC(2026, 10, 25, 3);
    const week = clock.ok ? weekOf('2026-11-25', clock.value) : clock;
    const read = clock.ok && week.ok ? readRosterWeek(rosterLines(fromMs), week.value, clock.value) : undefined;
    if (!read?.ok || !week.ok) throw new Error(`not read: ${JSON.stringify(read)}`);
    const entries = read.value.map((line, at) => ({ ...line, id: String(at) }));
    // Until 07:00 of the first day the week before stands.
    const span = { fromMs: week.value.fromMs + 7 * 3600_000, toMs: week.value.toMs };
    for (const place of ['first', 'second', 'leader'] as const) expect(gapsIn(entries, place, span)).toEqual([]);
    for (const [at, entry] of entries.entries()) expect(checkEntry(entry, entries.slice(0, at))).toMatchObject({ ok: true });
  });
});

describe('a receipt as a line', () => {
  const answer: ReceiptAnswer = {
    box: 'loa-1',
    boxName: 'Cụm loa Thôn 1',
    title: 'Bản tin xã',
    storedMs: 0,
    area: '08/02536',
    receipt: {
      occurrence: 's1@0@main',
      what: 'occurrence',
      output: 'main',
      class: 'normal',
      outcome: 'partial',
      reason: 'power-cut',
      plannedStartMs: Date.UTC(2026, 10, 23, 14, 0, 0),
      plannedEndMs: Date.UTC(2026, 10, 23, 14, 1, 0),
      startedMs: Date.UTC(2026, 10, 23, 14, 0, 0),
      audibleMs: 31_500,
      items: [],
      gainDb: 0,
      proof: 'simulated',
      startErrorMs: -0.42,
      clock: 'signed',
    },
  };

  test('says in Vietnamese what happened, where, how long and why', () => {
    expect(receiptLine(answer, 'Asia/Ho_Chi_Minh')).toBe(
      '◐ 21:00:00  Cụm loa Thôn 1: phát một phần “Bản tin xã” 31,5 s, mất điện giữa chừng, lệch giờ −0,4 ms',
    );
  });
});

describe('the welcome', () => {
  test('never lets two programmes overlap and ends inside its permit', () => {
    // Not less than the committed files last; the longest of the others is 45.2 s.
    const seconds: Readonly<Record<string, number>> = { 'chao-mung': 6, 'nhac-hieu': 7, 'ban-tin-xa': 49 };
    const lengthMs = (id: string) => {
      const files = soundProgrammes.find((programme) => programme.id === id)?.files ?? [];
      return files.reduce((sum, file) => sum + (seconds[file] ?? 46) * 1000, 0);
    };
    for (const [i, play] of welcomePlays.entries()) {
      const next = welcomePlays[i + 1]?.atMs ?? welcomeMs;
      expect(play.atMs + lengthMs(play.programme)).toBeLessThanOrEqual(next);
    }
  });

  test('names only programmes, bulletins and sounds that exist', () => {
    for (const { files } of soundProgrammes) for (const file of files) expect(existsSync(audioFile(file)), file).toBe(true);
    const boards = readBoards().map(({ id }) => id);
    for (const { id } of boardRound) expect(boards).toContain(id);
  });

  test('is written in the district’s time, wherever the machine stands', () => {
    expect(localDateTime(Date.UTC(2026, 10, 23, 17, 5, 9))).toBe('20261124T000509');
  });
});

describe('the demo data', () => {
  test('has three live boxes, forty registered ones, eight accounts by role and ten spoken texts', () => {
    const boxes = readEstate();
    expect(boxes.filter(({ live }) => live).map(({ id }) => id)).toEqual(['loa-1', 'loa-2', 'bang-1']);
    expect(boxes.filter(({ live }) => !live)).toHaveLength(40);
    expect(new Set(boxes.map(({ id }) => id)).size).toBe(43);
    expect(readAccounts()).toHaveLength(8);
    expect(readProgrammeTexts()).toHaveLength(10);
  });

  test('puts the commune’s clusters on the map, in units that there are', () => {
    const units = new Set((readRaw('units.json') as { readonly id: string }[]).map(({ id }) => id));
    const entries = readEstate().flatMap((box) => entryOf(box) ?? []);
    expect(entries).toHaveLength(6);
    for (const { facts } of entries) {
      expect(v.parse(EquipmentFacts, facts)).toMatchObject(facts);
      expect(units).toContain(facts.unit);
    }
  });

  test('has bulletins that say TRÌNH DIỄN and bring no script and nothing from outside', () => {
    for (const { html, ...board } of readBoards()) {
      expect(html).toBe(boardPage(board));
      expect(html).toContain('TRÌNH DIỄN');
      expect(html).not.toMatch(/<script|https?:|url\(|@import/i);
    }
  });
});

describe('the arguments of npm start', () => {
  test('are read, and a wrong one is refused with words', () => {
    const read = readDemoArguments(['--port', '9000', '--play', 'a.mp3', '--reset', '--yes'], '/loa');
    expect(read.ok && { ...read.value, play: read.value.play?.endsWith('/a.mp3') }).toEqual({
      dataDir: '/loa/data/demo',
      port: 9000,
      demo: true,
      reset: true,
      play: true,
      help: false,
    });
    expect(readDemoArguments(['--port', 'x'], '/loa').ok).toBe(false);
    expect(readDemoArguments(['--colour'], '/loa').ok).toBe(false);
    expect(readDemoArguments(['--audio', 'hw:CARD=Device'], '/loa')).toMatchObject({ ok: true, value: { audio: 'hw:CARD=Device' } });
    expect(readDemoArguments(['--audio', 'plughw:0'], '/loa').ok).toBe(false);
    const lines = { chip: '/dev/gpiochip0', relay1: 5, relay2: 6 };
    expect(readDemoArguments(['--gpio', '/dev/gpiochip0:5,6'], '/loa')).toMatchObject({ ok: true, value: { gpio: lines } });
    expect(readDemoArguments(['--gpio', 'pinctrl-bcm2711'], '/loa')).toMatchObject({
      ok: true,
      value: { gpio: { relay1: 17, relay2: 27 } },
    });
    for (const wrong of ['chip:5,5', 'chip:5', '', 'chip:5,6,7']) expect(readDemoArguments(['--gpio', wrong], '/loa').ok).toBe(false);
  });

  test('keep a real centre apart from the demo', () => {
    const read = readDemoArguments(['--no-demo'], '/loa');
    expect(read.ok && read.value.dataDir).toBe('/loa/data/centre');
  });
});
