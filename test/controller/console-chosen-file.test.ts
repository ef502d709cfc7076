// A file chosen in a form of the console: what it is not is told before anything is sent.
import { expect, test } from 'vitest';
import { readChosen } from '../../controller/console/line/chosen-file.ts';

const text = (file: Blob) => file.text();
/** As a picture is read: throws where the bytes are none. */
const picture = async (file: Blob) => {
  if (!(await file.text()).startsWith('\u0089PNG')) throw new DOMException('The source image could not be decoded.', 'InvalidStateError');
  return 'picture';
};
const huge = { size: 5 * 1024 ** 3, text: () => Promise.reject(new Error('it was read')) } as unknown as Blob;
const folder = { size: 4096, text: () => Promise.reject(new DOMException('gone', 'NotFoundError')) } as unknown as Blob;

test.each([
  ['an empty file', new Blob([]), text, 'bad-input'],
  ['one said to be of 5 GB', huge, text, 'too-large'],
  ['a folder', folder, text, 'bad-input'],
  ['an SVG with a script as picture', new Blob(['<svg><script>1</script></svg>']), picture, 'bad-input'],
  ['HTML as picture', new Blob(['<!doctype html>']), picture, 'bad-input'],
])('%s is one clear problem', async (_name, file, read, code) => {
  expect(await readChosen<string>(file, 1024 ** 2, read)).toMatchObject({ ok: false, problem: { code, path: '/file' } });
});

test('what it should be is read', async () => {
  expect(await readChosen(new Blob(['một,hai']), 100, text)).toEqual({ ok: true, value: 'một,hai' });
});
