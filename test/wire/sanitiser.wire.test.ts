// The sanitiser process: what it answers, what it can reach, and what becomes of one that hangs or is ended.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { Sanitiser, sanitiserBundle } from '../../controller/media/sanitiser.ts';
import { checkBulletin } from '../../hardware/host/bulletin-check.ts';
import { floods } from '../controller/hostile-bulletins.ts';
import { until } from './waiting.ts';

const viewing = { distanceM: 5, screenHeightM: 0.685 };
const running: Sanitiser[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.stop();
});

function start(bundle: string, answerWithinMs?: number): Sanitiser {
  const sanitiser = new Sanitiser({ bundle, ...(answerWithinMs !== undefined && { answerWithinMs }) });
  running.push(sanitiser);
  return sanitiser;
}

describe('the sanitiser process', () => {
  test('cleans a document, refuses a flood and lives on', async () => {
    const sanitiser = start(sanitiserBundle());
    const done = await sanitiser.clean('<script>1</script><p>Họp thôn</p>', viewing);
    expect(done.ok && checkBulletin(done.value.html).ok).toBe(true);
    const { pid } = sanitiser;
    for (const html of Object.values(floods))
      expect(await sanitiser.clean(html, viewing)).toMatchObject({ problem: { code: 'too-large' } });
    expect((await sanitiser.clean('<p>x', viewing)).ok).toBe(true);
    expect(sanitiser.pid).toBe(pid);
  });

  test('knows no secret of ours: its environment is empty, its files are those of packages alone', async () => {
    const sanitiser = start(sanitiserBundle());
    expect((await sanitiser.clean('<p>x', viewing)).ok).toBe(true);
    const proc = `/proc/${sanitiser.pid}`;
    expect(readFileSync(`${proc}/environ`, 'utf8')).toBe('');
    const words = readFileSync(`${proc}/cmdline`, 'utf8').split('\0');
    expect(words.some((word) => /^--(experimental-)?permission$/.test(word))).toBe(true);
    expect(words.filter((word) => word.startsWith('--allow')).every((word) => word.startsWith('--allow-fs-read='))).toBe(true);
  });

  test('one that never answers is ended in time, one that talks nonsense is not believed, a missing one is named', async () => {
    const bad = fileURLToPath(new URL('./bad-sanitiser.mjs', import.meta.url));
    const hanging = start(bad, 300);
    expect(await hanging.clean('hang', viewing)).toMatchObject({ problem: { code: 'tool-timeout' } });
    await until('it is gone', () => (hanging.pid === undefined ? true : undefined));
    expect(await hanging.clean('die', viewing)).toMatchObject({ problem: { code: 'tool-failed' } });
    expect(await hanging.clean('killed', viewing), 'others ended it').toMatchObject({ problem: { code: 'internal-error' } });
    expect(await hanging.clean('nonsense', viewing)).toMatchObject({ problem: { code: 'tool-failed' } });
    expect(await hanging.clean('other', viewing)).toMatchObject({ problem: { code: 'tool-failed' } });
    expect(existsSync('/nowhere/sanitiser.js')).toBe(false);
    expect(await start('/nowhere/sanitiser.js').clean('x', viewing)).toMatchObject({ problem: { code: 'tool-missing' } });
  });
});
