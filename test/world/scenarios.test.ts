// Stories in fake time: each file tells one, with its transcript. UPDATE_SCENARIOS=1 writes the transcripts anew.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { playScenario } from './scenario.ts';

const folder = join(import.meta.dirname, 'scenarios');
const update = process.env['UPDATE_SCENARIOS'] === '1';

for (const file of readdirSync(folder).sort()) {
  test(`the story ${file.replace('.txt', '').replaceAll('-', ' ')} goes as told`, () => {
    const path = join(folder, file);
    const [script = '', told = ''] = readFileSync(path, 'utf8').split('---\n');
    const transcript = `${playScenario(script)}\n`;
    if (update) writeFileSync(path, `${script}---\n${transcript}`);
    else expect(transcript).toBe(told);
    expect(`${playScenario(script)}\n`).toBe(transcript);
  });
}
