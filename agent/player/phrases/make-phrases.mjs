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
    const wav = execFileSync('espeak-ng', ['-v', 'vi', '-s', '145', '--stdout', words]);
    const shape = 'silenceremove=start_periods=1:start_threshold=-50dB,highpass=f=150,loudnorm=I=-16:TP=-2';
    const args = ['-v', 'error', '-f', 'wav', '-ignore_length', '1', '-i', 'pipe:0', '-af', shape, '-ac', '1', '-ar', '8000'];
    const bytes = execFileSync('ffmpeg', [...args, '-f', 'mulaw', 'pipe:1'], { input: wav });
    const lines = bytes.toString('base64').match(/.{1,136}/g);
    return `/** «${words}» */\nexport const ${place} = \`\n${lines.join('\n')}\n\`;\n`;
  });
  const head = `// Machine-spoken phrases, µ-law at 8 kHz in base64, made by make-phrases.mjs: a box says them even where it cannot speak.\n`;
  writeFileSync(join(here, `${name}.ts`), `${head}${texts.join('\n')}`);
}
