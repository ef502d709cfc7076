// Bulletins as the box takes them from its cache: shown as they were signed, or not at all.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Cache } from '../../agent/cache.ts';
import { bulletinReader } from '../../agent/screens.ts';
import { layOut } from '../../controller/media/bulletin.ts';
import { sha256 } from '../../hardware/host/crypto.ts';

const folder = mkdtempSync(join(tmpdir(), 'loa-bulletin-'));
afterAll(() => rmSync(folder, { recursive: true }));

const evicted: string[] = [];
const cache = {
  pathOf: (name: string) => (name === 'missing' ? undefined : join(folder, name)),
  throwAway: async (name: string) => void evicted.push(name),
} as Partial<Cache> as Cache;
const put = (text: string, name = sha256(Buffer.from(text))) => {
  writeFileSync(join(folder, name), text);
  return name;
};

test('a cleaned bulletin is read with its words', async () => {
  const clean = put(layOut('Họp thôn', '19 giờ, nhà văn hóa'));
  expect(await bulletinReader(cache)(clean)).toMatchObject({ ok: true, value: { text: ['Họp thôn', '19 giờ, nhà văn hóa'] } });
});

test('one that a cleaned bulletin would not be is not mended, it is refused', async () => {
  const read = bulletinReader(cache);
  const whole = layOut('Họp thôn', '19 giờ');
  const changed = {
    script: whole.replace('</body>', '<script>1</script></body>'),
    attribute: whole.replace('<p>', '<p onclick="1">'),
    address: whole.replace('<p>', '<p style="background:url(//a.example/)">'),
    comment: whole.replace('<p>', '<!-- x --><p>'),
    spelling: whole.replace('<p>', '<P>'),
    style: whole.replace('<style>', '<style>@import "//a.example";\n'),
    wrapped: `${whole}<p>x</p>`,
  };
  for (const [name, html] of Object.entries(changed)) {
    const got = await read(put(html));
    expect([name, got.ok || got.problem.code]).toEqual([name, 'bulletin-unsafe']);
  }
  expect(await read('missing')).toMatchObject({ problem: { code: 'not-cached' } });
});

test('what rotted on the card after it was read is not shown, and is fetched again', async () => {
  const read = bulletinReader(cache);
  const name = put(layOut('a', 'b'));
  expect((await read(name)).ok).toBe(true);
  put(layOut('a', 'c'), name);
  expect(await read(name)).toMatchObject({ problem: { code: 'hash-mismatch' } });
  expect(evicted).toEqual([name]);
});
