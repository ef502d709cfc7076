// How well an ear at a horn is right, by room and noise, and what it costs: recorded rooms made with sox and espeak-ng.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findProgram } from '../../hardware/host/processes.ts';
import { calibrated, EarRooms, listen, mixed, noiseGain, noises, rooms } from './parts/ear-rooms.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } }, allowPositionals: true, strict: false });
const programmes = ['ban-tin-xa', 'cat-dien', 'tiem-chung'];
const snrsDb = [20, 10, 5, 0, -3, -6, -10];
/** The horn is proved down to here; the figure `heardRightPercent` counts these. */
const statedSnrDb = -3;
const secondsMax = 20;
const delayMs = 73;
const missing = ['sox', 'espeak-ng', 'ffmpeg'].filter((program) => !findProgram(program));

interface Tally {
  right: number;
  falseYes: number;
  unknown: number;
  of: number;
}

async function measure(folder: string) {
  const place = new EarRooms(folder);
  const played = [];
  for (const name of programmes) played.push((await place.programme(name)).subarray(0, secondsMax * 48_000));
  const rows: { room: string; noise: string; snrDb: number; heardYesPercent: number; silentNoPercent: number; falseYesPercent: number }[] =
    [];
  const [heard, silent]: [Tally, Tally] = [0, 1].map(() => ({ right: 0, falseYes: 0, unknown: 0, of: 0 })) as [Tally, Tally];
  let [cpuMs, soundMs] = [0, 0];
  for (const room of rooms) {
    const calibration = await calibrated(place, room, await place.noise('traffic'), delayMs);
    const sounds: Int16Array[] = [];
    for (const one of played) sounds.push(await place.heardIn(room, one));
    for (const noise of noises) {
      const street = await place.noise(noise);
      for (const snrDb of snrsDb) {
        const [yes, no]: [Tally, Tally] = [0, 1].map(() => ({ right: 0, falseYes: 0, unknown: 0, of: 0 })) as [Tally, Tally];
        for (const [i, programme] of played.entries()) {
          const own = sounds[i] ?? programme;
          const gain = noiseGain(own, street, snrDb);
          const length = programme.length + 48_000;
          const around = { sound: street, gain };
          const judge = (captured: Int16Array, ppm: number) => {
            const { verdict, cpuMs: spentMs } = listen({ played: programme, captured, calibration, ppm });
            cpuMs += spentMs;
            soundMs += programme.length / 48;
            return verdict.heard;
          };
          count(yes, judge(mixed(length, { sound: own, gain: 1, delayMs }, around), 200), 'yes');
          const other = sounds[(i + 1) % sounds.length] ?? own;
          count(no, judge(mixed(length, around), -200), 'no');
          count(no, judge(mixed(length, { sound: other, gain: 1, delayMs }, around), 0), 'no');
          count(no, judge(mixed(length, { sound: own, gain: 0.1, delayMs: delayMs + 380 }, { ...around, gain: gain / 4 }), 0), 'no');
        }
        if (snrDb >= statedSnrDb) add(heard, yes);
        add(silent, no);
        rows.push({
          ...{ room, noise, snrDb, heardYesPercent: percent(yes.right, yes.of) },
          ...{ silentNoPercent: percent(no.right, no.of), falseYesPercent: percent(no.falseYes, no.of) },
        });
      }
    }
  }
  return {
    heardRightPercent: percent(heard.right, heard.of),
    falseYesPercent: percent(silent.falseYes, silent.of),
    silentRightPercent: percent(silent.right, silent.of),
    cpuMsPerMinute: Math.round((cpuMs / soundMs) * 60_000),
    rows,
  };
}

function count(tally: Tally, said: 'yes' | 'no' | 'unknown', truth: 'yes' | 'no'): void {
  tally.of++;
  if (said === truth) tally.right++;
  else if (said === 'yes') tally.falseYes++;
  else if (said === 'unknown') tally.unknown++;
}

function add(to: Tally, one: Tally): void {
  for (const key of ['right', 'falseYes', 'unknown', 'of'] as const) to[key] += one[key];
}

function percent(part: number, of: number): number {
  return Math.round((1_000 * part) / Math.max(1, of)) / 10;
}

if (missing.length > 0) console.log(JSON.stringify({ name: 'ear', notInstalled: missing }));
else {
  const folder = await mkdtemp(join(tmpdir(), 'loa-ear-'));
  try {
    const result = { name: 'ear', statedSnrDb, ...(await measure(folder)) };
    if (!values['json'])
      for (const { room, noise, snrDb, ...rates } of result.rows)
        console.log(`${room.padEnd(7)} ${noise.padEnd(8)} ${String(snrDb).padStart(4)} dB  ${JSON.stringify(rates)}`);
    console.log(JSON.stringify(result));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
