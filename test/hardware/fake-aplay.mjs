// Stands where aplay stands: takes raw frames from its standard input and keeps a status as the kernel would, well or badly.
// node fake-aplay.mjs MODE PROC [aplay's own arguments …]
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const [mode = 'plays', proc = '', ...args] = process.argv.slice(2);
const [manner, afterMs = '0'] = mode.split(':');
const folder = join(proc, 'asound', 'card0', 'pcm0p', 'sub0');
const framesPerMs = 48;
const option = (name) => Number(args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1] ?? 0);
const channels = Number(args[args.indexOf('-c') + 1]);
const bufferFrames = (option('buffer-time') / 1_000) * framesPerMs;
const periodFrames = (option('period-time') / 1_000) * framesPerMs;
const startFrames = (option('start-delay') / 1_000) * framesPerMs;

function leave(words) {
  process.stderr.write(`aplay: main:831: ${words}\n`);
  process.exit(1);
}

if (args.includes('--version')) {
  process.stdout.write('aplay: version 1.2.8 that is not\n');
  process.exit(0);
}
if (manner === 'exits') leave('audio open error: No such file or directory');
if (manner === 'busy') leave('audio open error: Device or resource busy');
if (manner === 'stereo' && channels === 1) leave('set_params:1358: Channels count non available');

let state = 'PREPARED';
let appl = 0;
let hw = 0;
let startedMs = 0;
/** Frames read, not yet a whole period. */
let held = 0;
let frozen = false;

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

function put(name, text) {
  writeFileSync(join(folder, `${name}.new`), text);
  renameSync(join(folder, `${name}.new`), join(folder, name));
}

function tell() {
  const fields = [
    `state: ${state}`,
    `owner_pid   : ${process.pid}`,
    `trigger_time: ${(startedMs / 1_000).toFixed(9)}`,
    'tstamp      : 0.000000000',
  ];
  const counts = [`delay       : ${appl - hw}`, `avail       : ${bufferFrames - appl + hw}`, 'avail_max   : 9600', '-----'];
  put('status', `${[...fields, ...counts, `hw_ptr      : ${hw}`, `appl_ptr    : ${appl}`].join('\n')}\n`);
}

function turn() {
  if (frozen) return;
  if (state === 'RUNNING') {
    hw = Math.floor((nowMs() - startedMs) * framesPerMs);
    if (hw >= appl) {
      state = 'XRUN';
      hw = appl;
      process.stderr.write('underrun!!! (at least 1.0 ms long)\n');
    }
  }
  while (appl - hw + periodFrames <= bufferFrames && take()) {
    if (state === 'XRUN') {
      state = 'PREPARED';
      appl = 0;
      hw = 0;
    }
    appl += periodFrames;
    if (state === 'PREPARED' && appl >= startFrames) {
      state = 'RUNNING';
      startedMs = nowMs();
    }
  }
  tell();
}

function take() {
  const chunk = process.stdin.read((periodFrames - held) * 2 * channels);
  if (chunk) held += chunk.length / (2 * channels);
  if (held < periodFrames) return false;
  held = 0;
  return true;
}

if (manner === 'hangs') setInterval(() => undefined, 1_000);
else {
  mkdirSync(folder, { recursive: true });
  const rateHz = manner === 'slow' ? 44_100 : 48_000;
  put('hw_params', `access: RW_INTERLEAVED\nformat: S16_LE\nchannels: ${channels}\nrate: ${rateHz} (${rateHz}/1)\n`);
  put('sw_params', 'tstamp_mode: NONE\nboundary: 5404319552844595200\n');
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('readable', () => undefined);
  setInterval(turn, 5);
  if (manner === 'dies') setTimeout(() => leave('pcm_write:2127: write error: Input/output error'), Number(afterMs));
  if (manner === 'freezes') setTimeout(() => (frozen = true), Number(afterMs));
  if (manner === 'vanishes')
    setTimeout(() => {
      frozen = true;
      rmSync(join(proc, 'asound'), { recursive: true });
    }, Number(afterMs));
}
