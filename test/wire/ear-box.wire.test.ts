// A real box with a microphone at its horn: a programme that is heard says so in its receipt, a horn that is unplugged is a fault.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, expect, test } from 'vitest';
import { Box } from '../../agent/box.ts';
import { AgentConfig } from '../../agent/config.ts';
import { enrol } from '../../agent/enrol.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';
import { SmallCentre } from './small-centre.ts';
import { decoded, spokenMp3 } from './speech.ts';
import { until } from './waiting.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const rateHz = 48_000;
const words =
  'Kính thưa bà con. Hôm nay trạm y tế xã tổ chức tiêm phòng cho trẻ em từ sáu tháng đến năm tuổi, mời các gia đình đưa cháu đến đúng giờ. ' +
  'Ngày mai điện lực cắt điện từ tám giờ sáng đến ba giờ chiều để sửa đường dây, bà con chủ động sắp xếp công việc.';

function wav(frames: Int16Array): Buffer {
  return Buffer.concat([wavHead(rateHz, frames.byteLength), Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength)]);
}

/** A quiet street, half a minute of it. */
function street(): Int16Array {
  let [seed, low] = [7, 0];
  return Int16Array.from({ length: 30 * rateHz }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    low += 0.05 * (seed / 2 ** 30 - 1 - low);
    return Math.round(900 * low);
  });
}

function local(ms: number): string {
  return new Date(ms + 7 * 3_600_000)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .slice(0, 15);
}

/** Plays the words once on a box with this microphone; what the box told of it. */
async function played(mic: object) {
  const centre = new SmallCentre();
  await centre.start();
  ends.push(() => centre.stop());
  const dataDir = await mkdtemp(join(tmpdir(), 'loa-ear-box-'));
  ends.push(() => rm(dataDir, { recursive: true, force: true }));
  await writeFile(join(dataDir, 'claim.json'), JSON.stringify(centre.claim()));
  expect(await enrol(dataDir, join(dataDir, 'claim.json'))).toMatchObject({ ok: true });
  await writeFile(join(dataDir, 'street.wav'), wav(street()));
  await writeFile(
    join(dataDir, 'ear.json'),
    JSON.stringify({ main: { device: 'simulated', atMs: 1, delayMs: 30, gainDb: -20, noiseDb: -60 } }),
  );
  const change = { audioIn: { mic: { kind: 'simulated', ...mic, wav: join(dataDir, 'street.wav') } }, proofs: { main: 'mic' } };
  const config = v.parse(AgentConfig, { page: { port: 0 }, log: { level: 'warn', file: 'agent.log' }, ...change });
  const box = new Box(dataDir, config);
  ends.push(() => box.stop());
  const ready = await box.start();
  if (!ready.ok) throw new Error(ready.problem.detail);
  const frames = Int16Array.from(decoded(spokenMp3(words)), (one) => Math.round(one * (Math.abs(one) <= 1 ? 32_000 : 1)));
  const durationMs = Math.round((frames.length / rateHz) * 1_000);
  const startMs = Math.ceil((Date.now() + 4_000) / 1_000) * 1_000;
  const item = { ...centre.put(wav(frames)), type: 'audio/wav' as const, title: 'Bản tin', language: 'vi', durationMs, gainDb: 0 };
  await centre.want({
    settings: {},
    policy: policy({ permits: [{ fromMs: startMs - 3_600_000, untilMs: startMs + 3_600_000, reason: 'thử' }] }),
    schedules: {
      programmes: [programme({ items: [item] })],
      schedules: [schedule({ start: local(startMs) })],
      holidays: [],
      localOrder: [],
    },
  });
  const receipt = await until(
    'the receipt',
    () => centre.facts.flatMap((fact) => (fact.kind === 'receipt' ? [fact.receipt] : []))[0],
    durationMs + 30_000,
  );
  const faults = centre.facts.flatMap((fact) => (fact.kind === 'fault' ? [fact] : []));
  return { receipt, faults, durationMs, page: ready.value.page };
}

test('the microphone hears the loudspeaker: the receipt says heard, with its level [needs espeak-ng]', async () => {
  const { receipt, faults } = await played({ hears: 'main' });
  expect(receipt).toMatchObject({ outcome: 'played', heard: 'yes' });
  expect(Math.abs(receipt.heardDb ?? 99)).toBeLessThanOrEqual(3);
  expect(faults.map(({ fault }) => fault)).not.toContain('unheard-main');
});

test('the loudspeaker is unplugged: played, not heard, and a fault that says what to do [needs espeak-ng]', async () => {
  const { receipt, faults, page } = await played({});
  expect(receipt).toMatchObject({ outcome: 'played', heard: 'no', heardBecause: 'silent' });
  const fault = faults.find((one) => one.fault === 'unheard-main');
  expect(fault).toMatchObject({ state: 'raised', detail: expect.stringMatching(/check the amplifier/) });
  const state = (await (await fetch(`${page}/state.json`)).json()) as { missed: string[] };
  expect(state.missed).toEqual(['not-heard']);
});
