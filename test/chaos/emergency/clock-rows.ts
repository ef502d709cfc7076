// Wrong clocks: stepped in mid-order, or false from the boot on. A fresh order sounds, an expired one never, none outlives its length.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bed, must, pass, soon, withBed } from './bed.ts';
import { falseTimeLibrary } from './programs.ts';
import type { Row } from './row.ts';

const hourMs = 3_600_000;
const yearMs = 365.25 * 24 * hourMs;
const steps = { '−10 y': -10 * yearMs, '+10 y': 10 * yearMs, '+1 h': hourMs } as const;

/** A wall clock that can be stepped while the process runs: read from a file by what is loaded before the box. */
function steppable(): { readonly env: NodeJS.ProcessEnv; step(ms: number): void } {
  const file = join(mkdtempSync(join(tmpdir(), 'loa-clock-')), 'offset');
  const code = `
    import { readFileSync } from 'node:fs';
    const real = Date.now;
    let offset = 0;
    setInterval(() => { try { offset = Number(readFileSync(${JSON.stringify(file)}, 'utf8')) || 0; } catch {} }, 20).unref();
    Date.now = () => real() + offset;`;
  return {
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` },
    step: (ms) => writeFileSync(file, String(ms)),
  };
}

/** Signed time, or only a battery clock because nobody answers at this boot. */
async function bedWith(quality: 'signed' | 'rtc', bed: Bed): Promise<void> {
  if (quality === 'signed') return;
  bed.centre.answersTime = false;
  await bed.crash();
  await soon('the battery clock', async () => (await bed.look()).now.quality === 'rtc' || undefined);
}

function stepped(name: keyof typeof steps, quality: 'signed' | 'rtc'): () => Promise<string> {
  return () => {
    const clock = steppable();
    return withBed({ env: clock.env }, async (bed) => {
      await bedWith(quality, bed);
      const fromMonoMs = await bed.give([bed.sign('o-1')]);
      await bed.soundsAfter(fromMonoMs);
      await pass(500);
      clock.step(steps[name]);
      await bed.waitTold('o-1', 'ended');
      await bed.quiet(1_500);
      const heardMs = bed.soundMs(fromMonoMs);
      must(Math.abs(heardMs - 5_600) < 1_000, `${heardMs} ms of sound, 5,600 expected`);
      const again = await bed.give([bed.sign('o-2', { times: 1 }), bed.sign('o-old', { times: 1 }, { exp: Date.now() - 10_000 })]);
      const afterMs = await bed.soundsAfter(again, 6_000);
      await bed.waitTold('o-2', 'ended');
      must((await bed.waitTold('o-old', 'refused')).problem?.code === 'expired', 'the expired one is refused');
      return `${heardMs} ms of sound; next order after ${Math.round(afterMs)} ms`;
    });
  };
}

/** An order of six seconds with more repetitions than fit, under a clock that goes back ten years. */
function endsByItself(): Promise<string> {
  const clock = steppable();
  return withBed({ env: clock.env }, async (bed) => {
    await bedWith('rtc', bed);
    const exp = Date.now() + 6_000;
    const fromMonoMs = await bed.give([bed.sign('o-1', { times: 20, pauseMs: 0 }, { exp })]);
    await bed.soundsAfter(fromMonoMs);
    clock.step(steps['−10 y']);
    await soon('its end', () => bed.told('o-1', 'ended')[0] ?? bed.told('o-1', 'expired')[0], 12_000);
    await pass(500);
    await bed.quiet(2_000);
    const last = bed.stretches(fromMonoMs).at(-1)?.toMs ?? 0;
    must(last < 7_500, `it sounded until ${last} ms`);
    return `silent ${last} ms after it was given, 6,000 signed`;
  });
}

/** Every reading of the wall clock is false from the first instruction on, TLS included; no battery clock is fitted. */
function falseBoot(shift: '-10y' | '+10y'): () => Promise<string> {
  return () =>
    withBed({ config: { clock: { rtc: false } } }, async (bed) => {
      // A floor is known from this good boot.
      await bed.program.stop();
      bed.program.env = { LD_PRELOAD: falseTimeLibrary, FAKETIME: shift, FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_RESET: '1' };
      const expired = bed.sign('o-old', { times: 1 }, { exp: Date.now() - 10_000 });
      const fresh = bed.sign('o-1', { times: 1 });
      const fromMonoMs = await bed.give([expired, fresh]);
      await bed.startBox();
      const afterMs = await bed.soundsAfter(fromMonoMs, 15_000);
      await bed.waitTold('o-1', 'ended');
      await bed.waitTold('o-old', 'refused');
      await bed.quiet(1_500);
      must(bed.told('o-old', 'sounding').length === 0, 'the expired one sounded');
      const again = await bed.give([bed.sign('o-2', { times: 1 })]);
      const nextMs = await bed.soundsAfter(again, 5_000);
      return `order waiting at the boot after ${(afterMs / 1000).toFixed(1)} s, the next after ${Math.round(nextMs)} ms`;
    });
}

const stepRow = (name: keyof typeof steps, quality: 'signed' | 'rtc'): Row => ({
  name: `clock-${name.replaceAll(' ', '').replace('−', 'minus-').replace('+', 'plus-')}-${quality}`,
  done: `the machine’s clock steps ${name} in mid-order (${quality === 'signed' ? 'signed time' : 'battery clock only'})`,
  holds: 'whole length by the monotonic clock; a fresh order sounds ≤ 6 s, an expired one never',
  run: stepped(name, quality),
});

const bootRow = (shift: '-10y' | '+10y'): Row => ({
  name: `clock-boot-${shift === '-10y' ? 'minus' : 'plus'}-10y`,
  done: `boot without battery clock at ${shift}, certificates by that clock invalid`,
  holds: 'the line comes up, the fresh order sounds, the expired one never',
  needs: ['libfaketime'],
  run: falseBoot(shift),
});

export const clockRows: readonly Row[] = [
  stepRow('−10 y', 'signed'),
  stepRow('+10 y', 'signed'),
  stepRow('+1 h', 'signed'),
  stepRow('−10 y', 'rtc'),
  stepRow('+10 y', 'rtc'),
  stepRow('+1 h', 'rtc'),
  {
    name: 'clock-maximum-duration',
    done: 'an order valid for 6 s that would repeat for a minute, its clock thrown back 10 years',
    holds: 'silent when its six seconds are over',
    run: endsByItself,
  },
  bootRow('-10y'),
  bootRow('+10y'),
];
