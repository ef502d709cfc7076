// Speaks one short warning per hazard with espeak-ng and writes them as IMA ADPCM texts; run by hand after changing a phrase.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
/** The standard's table, as the decoder has it. */
const steps = JSON.parse(`[${/const steps = \[([^\]]+?),?\s*\]/.exec(readFileSync(join(here, 'adpcm.ts'), 'utf8'))[1]}]`);
/** What, and the one thing that is right wherever one stands. */
const hazards = {
  'flash-flood': 'Lũ quét! Rời xa sông suối, lên cao ngay.',
  landslide: 'Sạt lở đất! Rời xa sườn đồi ngay.',
  'river-flood': 'Lũ lớn! Rời vùng thấp, lên cao ngay.',
  'reservoir-release': 'Xả lũ hồ chứa! Rời xa bờ sông ngay.',
  storm: 'Bão! Vào nhà chắc chắn ngay.',
  thunderstorm: 'Dông lốc! Vào nhà, tránh cây to.',
  cold: 'Rét hại! Giữ ấm cho người và gia súc.',
  'forest-fire': 'Cháy rừng! Rời xa rừng ngay.',
  'house-fire': 'Cháy nhà! Tránh xa. Gọi một một bốn.',
  epidemic: 'Dịch bệnh! Làm theo lời cán bộ y tế.',
  tsunami: 'Sóng thần! Rời bờ biển, lên cao ngay.',
  earthquake: 'Động đất! Ra chỗ trống, xa nhà cửa.',
  other: 'Khẩn cấp! Làm theo lời chính quyền.',
  correction: 'Đính chính! Lệnh vừa phát không đúng.',
  'all-clear': 'Đã hết nguy hiểm.',
};

const texts = Object.entries(hazards).map(([name, words]) => {
  const wav = execFileSync('espeak-ng', ['-v', 'vi', '-s', '130', '--stdout', words]);
  const trim = 'silenceremove=start_periods=1:start_threshold=-40dB';
  // Pauses of the engine cost bytes and say nothing.
  const short = 'silenceremove=stop_periods=-1:stop_duration=0.25:stop_threshold=-40dB';
  const shape = `highpass=f=200,${trim},areverse,${trim},areverse,${short}`;
  const loud = peakOf(convert(wav, shape));
  const pcm = convert(wav, `${shape},acompressor=threshold=0.2:ratio=3:makeup=1,volume=${(0.85 * 32_767) / loud}`);
  const lines = encode(pcm)
    .toString('base64')
    .match(/.{1,136}/g);
  return `  /** «${words}» */\n  ${/-/.test(name) ? `'${name}'` : name}: \`\n${lines.join('\n')}\n\`,\n`;
});
const head = `// Machine-spoken warnings, one per hazard, IMA ADPCM at 8 kHz in base64, made by make-hazards.mjs: the last words of a box that cannot speak.
// LONG: data, written by a program.
import type { Hazard } from '../../../schemas/order.ts';

export const warnings: Readonly<Record<Hazard, string>> = {
`;
writeFileSync(join(here, 'hazards.ts'), `${head}${texts.join('')}};\n`);

function convert(wav, filter) {
  const args = ['-v', 'error', '-f', 'wav', '-ignore_length', '1', '-i', 'pipe:0', '-af', filter, '-ac', '1', '-ar', '8000'];
  return execFileSync('ffmpeg', [...args, '-f', 's16le', 'pipe:1'], { input: wav });
}

function peakOf(bytes) {
  let peak = 1;
  for (let at = 0; at + 1 < bytes.length; at += 2) peak = Math.max(peak, Math.abs(bytes.readInt16LE(at)));
  return peak;
}

/** IMA ADPCM as adpcm.ts reads it. */
function encode(pcm) {
  const climbs = [-1, -1, -1, -1, 2, 4, 6, 8];
  const codes = [];
  let [last, at] = [0, 0];
  for (let i = 0; i + 1 < pcm.length; i += 2) {
    const step = steps[at];
    const gap = pcm.readInt16LE(i) - last;
    let rest = Math.abs(gap);
    let code = gap < 0 ? 8 : 0;
    for (const [bit, part] of [
      [4, step],
      [2, step >> 1],
      [1, step >> 2],
    ])
      if (rest >= part) {
        code |= bit;
        rest -= part;
      }
    const size = (step >> 3) + (code & 4 ? step : 0) + (code & 2 ? step >> 1 : 0) + (code & 1 ? step >> 2 : 0);
    last = Math.max(-32_768, Math.min(32_767, code & 8 ? last - size : last + size));
    at = Math.max(0, Math.min(88, at + climbs[code & 7]));
    codes.push(code);
  }
  return Buffer.from(Array.from({ length: codes.length >> 1 }, (_, i) => codes[2 * i] | (codes[2 * i + 1] << 4)));
}
