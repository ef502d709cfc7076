// Live sound, microphone to loudspeaker: a real centre, two real boxes behind a line that stalls, a scripted talker; then 200 listeners.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { OggFile } from '../../controller/live/ogg-file.ts';
import type { LiveAnswer } from '../../schemas/api.ts';
import { group, startDistrict } from '../wire/district.ts';
import { Ear, monoNowMs, monoOf } from '../wire/ear.ts';
import { Crowd } from '../wire/live-crowd.ts';
import { glitchesIn, listen, percentile } from '../wire/live-heard.ts';
import { decoded } from '../wire/speech.ts';
import { StallProxy, type Stalls } from '../wire/stall-proxy.ts';
import { opusFrames, Talker } from '../wire/talker.ts';
import { until } from '../wire/waiting.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '62' },
    boxes: { type: 'string', default: '200' },
    crowdSeconds: { type: 'string', default: '20' },
  },
  allowPositionals: true,
});

/** 2 % of what comes is held up, for up to a quarter of the delay. */
const runs: readonly { readonly delayMs: number; readonly stalls: Stalls }[] = [
  { delayMs: 300, stalls: { chance: 0.02, lastMs: [20, 75] } },
  { delayMs: 2_000, stalls: { chance: 0.02, lastMs: [100, 500] } },
];
const warmUpMs = 3_000;

const frames = makeSpeech(Number(values.seconds));
const meant = decoded(oggOf(frames));
const district = await startDistrict();
const proxy = new StallProxy(Number(district.ports[1]));
const ears = [new Ear(), new Ear()];

try {
  const centreUrl = `https://127.0.0.1:${await proxy.start()}`;
  for (const [i, ppm] of [80, -80].entries()) {
    const config = { centreUrl, audioOut: { kind: 'virtual', ppm } };
    const box = await district.addBox({ id: `loa-${i + 1}`, kind: 'loudspeaker', config });
    await ears[i]?.listen(box.page);
  }
  const results: Awaited<ReturnType<typeof measure>>[] = [];
  for (const run of runs) results.push(await measure(run.delayMs, run.stalls));
  const crowd = await fanOut(Number(values.boxes), Number(values.crowdSeconds));
  const worst = (pick: (one: (typeof results)[number]) => number) => Math.max(...results.map(pick));
  const summary = {
    name: 'live',
    latencyErrorP99Ms: worst((one) => one.latencyErrorP99Ms),
    glitches: results.reduce((sum, one) => sum + one.glitches, 0),
    skewMs: worst((one) => one.skewMaxMs),
    runs: results,
    ...crowd,
  };
  if (!values.json) {
    console.table(results);
    console.table([crowd]);
  }
  console.log(JSON.stringify(summary));
} finally {
  for (const ear of ears) ear.stop();
  proxy.stop();
  await district.stop();
}

async function measure(delayMs: number, stalls: Stalls) {
  const opened = await district.duty.post<LiveAnswer>('/live', { title: `D ${delayMs}`, groups: [group], delayMs, chime: true });
  const talker = new Talker(district.console, opened.id, district.duty);
  await talker.greet(district.duty.csrf);
  await until('both boxes to sound', async () => {
    const live = await district.duty.get<LiveAnswer>(`/live/${opened.id}`);
    return live.progress.filter(({ state }) => state === 'sounding').length === 2 ? live : undefined;
  });
  await until('the chime to be over', () => (Date.now() > opened.talkFromMs + warmUpMs ? true : undefined), 20_000);
  [proxy.pieces, proxy.stalled, proxy.stalls] = [0, 0, stalls];
  for (const ear of ears) ear.forgetBefore(monoNowMs() - 1_000);
  const startMs = await talker.speak(frames);
  proxy.stalls = undefined;
  await new Promise((resolve) => setTimeout(resolve, delayMs + 1_000));
  talker.stop();
  await district.duty.post(`/live/${opened.id}/close`);
  await new Promise((resolve) => setTimeout(resolve, delayMs + 1_000));
  const zeroMono = monoOf(startMs + delayMs);
  const heard = ears.map((ear) => listen(meant, (fromMs, toMs) => ear.between(zeroMono + fromMs, zeroMono + toMs)));
  const errors = heard.flatMap(({ errorsMs }) => errorsMs.filter((one) => typeof one === 'number'));
  const [a, b] = heard.map(({ errorsMs }) => errorsMs);
  const skews = (a ?? []).flatMap((one, i) =>
    typeof one === 'number' && typeof b?.[i] === 'number' ? [Math.abs(one - (b[i] as number))] : [],
  );
  return {
    delayMs,
    seconds: Math.round((frames.length * 20) / 1000),
    latencyErrorP50Ms: percentile(errors.map(Math.abs), 0.5),
    latencyErrorP99Ms: percentile(errors.map(Math.abs), 0.99),
    skewP50Ms: percentile(skews, 0.5),
    skewMaxMs: percentile(skews, 1),
    glitches: heard.reduce((sum, one) => sum + glitchesIn(one), 0),
    stretches: errors.length,
    stalledPieces: proxy.stalled,
    pieces: proxy.pieces,
  };
}

/** All listen to one talker at D = 300 ms; a hundredth of them stop reading. */
async function fanOut(boxes: number, seconds: number) {
  const crowd = new Crowd();
  const crowdGroup = group;
  await crowd.enrol(boxes, district.approver, crowdGroup);
  const wanted = { title: 'Đông', groups: [crowdGroup], delayMs: 300, chime: false };
  const opened = await district.duty.post<LiveAnswer>('/live', wanted);
  await crowd.listen(opened.id, Math.ceil(boxes / 100));
  const talker = new Talker(district.console, opened.id, district.duty);
  await talker.greet(district.duty.csrf);
  crowd.delaysMs.length = 0;
  const [cpuBeforeMs, beforeMs] = [cpuMsOf(district.centre.pid), performance.now()];
  await talker.speak(frames.slice(0, seconds * 50));
  const fanoutCpu = (cpuMsOf(district.centre.pid) - cpuBeforeMs) / (performance.now() - beforeMs);
  const open = crowd.open;
  talker.stop();
  crowd.leave();
  await district.duty.post(`/live/${opened.id}/close`);
  return {
    boxes: open,
    fanoutCpuPercentOfOneCore: Math.round(fanoutCpu * 1000) / 10,
    fanoutDelayP50Ms: percentile(crowd.delaysMs, 0.5),
    fanoutDelayP99Ms: percentile(crowd.delaysMs, 0.99),
    fanoutBatches: crowd.delaysMs.length,
  };
}

/** Speech-like and never quiet: a tone that wanders, so that each stretch of it is like no other. */
function makeSpeech(seconds: number): Uint8Array[] {
  const wander = `0.4*sin(2*PI*(300*t+60*sin(2*PI*1.7*t)+25*sin(2*PI*7.3*t)+4*t*sin(0.9*t)))+0.2*sin(2*PI*(820*t+90*sin(2*PI*0.83*t)))`;
  return opusFrames(['-f', 'lavfi', '-i', `aevalsrc='${wander}':s=48000:d=${seconds}`]).slice(0, seconds * 50);
}

function oggOf(all: readonly Uint8Array[]): Buffer {
  const file = new OggFile(1);
  const rest = [...all];
  const pages = [file.head()];
  while (rest.length > 50) pages.push(file.frames(rest.splice(0, 50)));
  pages.push(file.frames(rest, true));
  return Buffer.concat(pages);
}

/** User and system time of a process (proc(5): fields 14 and 15, in hundredths of a second). */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
