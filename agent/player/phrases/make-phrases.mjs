// Speaks the fixed phrases once with espeak-ng and writes them as µ-law texts; run by hand after changing a phrase.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const files = {
  exercise: { first: 'Đây là diễn tập.', last: 'Hết diễn tập.' },
  trial: { first: 'Đây là thử hệ thống.', last: 'Hết thử hệ thống.' },
};

for (const [name, phrases] of Object.entries(files)) {
  const texts = Object.entries(phrases).map(([place, words]) => {
    const wav = execFileSync('espeak-ng', ['-v', 'vi', '-s', '130', '--stdout', words]);
    const trim = 'silenceremove=start_periods=1:start_threshold=-45dB';
    const shape = `highpass=f=150,${trim},areverse,${trim},areverse`;
    const loud = peakOf(convert(wav, shape, 's16le'));
    const bytes = convert(wav, `${shape},volume=${(0.85 * 32_767) / loud}`, 'mulaw');
    const lines = bytes.toString('base64').match(/.{1,136}/g);
    return `/** «${words}» */\nexport const ${place} = \`\n${lines.join('\n')}\n\`;\n`;
  });
  const head = `// Machine-spoken phrases, µ-law at 8 kHz in base64, made by make-phrases.mjs: a box says them even where it cannot speak.\n`;
  writeFileSync(join(here, `${name}.ts`), `${head}${texts.join('\n')}`);
}

function convert(wav, filter, format) {
  const args = ['-v', 'error', '-f', 'wav', '-ignore_length', '1', '-i', 'pipe:0', '-af', filter, '-ac', '1', '-ar', '8000'];
  return execFileSync('ffmpeg', [...args, '-f', format, 'pipe:1'], { input: wav });
}

function peakOf(bytes) {
  let peak = 1;
  for (let at = 0; at + 1 < bytes.length; at += 2) peak = Math.max(peak, Math.abs(bytes.readInt16LE(at)));
  return peak;
}
