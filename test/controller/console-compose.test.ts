// What the content pages decide by themselves: how recorded sound is cut, what of an editor reaches a board, how texts differ, who waits first.
import { JSDOM } from 'jsdom';
import { describe, expect, test } from 'vitest';
import { boardsOf } from '../../controller/console/pages/compose/boards.ts';
import { type Edited, pageOf, tidy } from '../../controller/console/pages/compose/bulletin-page.ts';
import { foldersInOrder, tagsOf } from '../../controller/console/pages/compose/folders.ts';
import { hasVoice } from '../../controller/console/pages/compose/tongues.ts';
import { outlineOf, voiceIn, wavOf } from '../../controller/console/pages/compose/wave.ts';
import { diffWords } from '../../controller/console/pages/judge/diff-words.ts';
import { waitingOf } from '../../controller/console/pages/judge/waiting.ts';
import { stateOf } from '../../controller/console/pages/voices/voice-state.ts';
import type { BoxAnswer, ProgrammeAnswer } from '../../schemas/api.ts';

const rateHz = 1_000;
/** A browser's document is what an editor holds. */
const editorOf = ({ window }: JSDOM) => (window.document as { readonly body: Edited }).body;

describe('recorded sound', () => {
  const sound = Float32Array.from({ length: 3_000 }, (_, at) => (at >= 1_000 && at < 2_000 ? 0.5 : 0));

  test('its outline has the loudest of each part', () => {
    expect(outlineOf(sound, 3)).toEqual([0, 0.5, 0]);
    expect(outlineOf(new Float32Array(), 2)).toEqual([0, 0]);
  });

  test('the voice is found with air around it; silence is kept whole', () => {
    expect(voiceIn(sound, rateHz)).toEqual({ fromMs: 800, toMs: 2_200 });
    expect(voiceIn(new Float32Array(500), rateHz)).toEqual({ fromMs: 0, toMs: 500 });
  });

  test('a part becomes a WAV of that part, with ends that do not click', () => {
    const wav = wavOf(sound, rateHz, 1_000, 2_000);
    const view = new DataView(wav.buffer);
    expect(Buffer.from(wav.subarray(0, 16)).toString('latin1')).toMatch(/^RIFF.{4}WAVEfmt $/s);
    expect([view.getUint32(24, true), view.getUint16(34, true), view.getUint32(40, true)]).toEqual([rateHz, 16, 2_000]);
    expect(view.getInt16(44, true)).toBe(0);
    expect(view.getInt16(44 + 2 * 500, true)).toBe(Math.round(0.5 * 32_767));
    expect(view.getInt16(44 + 2 * 999, true)).toBe(0);
  });
});

describe('what an editor holds', () => {
  const written = (html: string) => tidy(editorOf(new JSDOM(`<body>${html}</body>`)));

  test('is written in few elements, each as it is meant', () => {
    expect(written('Một<div>hai <b>ba</b></div><h1>Đề mục</h1><ul><li>a</li><li><i>b</i></li></ul>')).toBe(
      '<p>Một</p>\n<p>hai <strong>ba</strong></p>\n<h2>Đề mục</h2>\n<ul><li>a</li><li><em>b</em></li></ul>',
    );
    expect(written('<table><tbody><tr><th>x</th></tr><tr><td>1<br></td></tr></tbody></table><p><br></p>')).toBe(
      '<table><tbody><tr><th>x</th></tr><tr><td>1<br /></td></tr></tbody></table>',
    );
  });

  test('leaves text as text and takes nothing along that runs, loads or moves', () => {
    expect(written('&lt;img src=x onerror=alert(1)&gt;')).toBe('<p>&lt;img src=x onerror=alert(1)&gt;</p>');
    expect(written('<p onclick="x()" style="color:red"><a href="https://x.vn">đường</a><span>&nbsp;dẫn</span></p>')).toBe(
      '<p>đường dẫn</p>',
    );
    expect(written('<img src="https://x.vn/a.png"><img src="data:image/svg+xml;base64,AAAA">')).toBe('');
    expect(written('<img src="data:image/png;base64,iVBORw0KGgo=" alt="&quot;a&quot;">')).toBe(
      '<p><img src="data:image/png;base64,iVBORw0KGgo=" alt="&quot;a&quot;" /></p>',
    );
  });

  test('a title is text on its page, letters follow the scale', () => {
    const page = (scale: number) => pageOf({ title: '<b>A&B</b>', body: '<p>x</p>', look: 'sang', language: 'tyz' }, scale);
    expect(page(1)).toContain('<h1>&lt;b&gt;A&amp;B&lt;/b&gt;</h1>');
    expect(page(1)).toContain('<html lang="tyz">');
    expect(page(1)).toContain('p{font-size:5vmin');
    expect(page(0.5)).toContain('p{font-size:2.5vmin');
  });
});

describe('two texts', () => {
  const told = (before: string, after: string) =>
    diffWords(before, after)
      .map(({ is, text }) => (is === 'same' ? text : `${is === 'added' ? '+' : '-'}[${text.trim()}]`))
      .join('|');

  test('are told apart word by word', () => {
    expect(told('Họp thôn lúc 19 giờ', 'Họp thôn lúc 20 giờ')).toBe('Họp thôn lúc |-[19]|+[20]|giờ');
    expect(told('a b c', 'a b c')).toBe('a b c');
    expect(told('', 'mới')).toBe('+[mới]');
    expect(told('hết', '')).toBe('-[hết]');
  });

  test('however long they are', () => {
    const many = (word: string) => `đầu ${`${word} `.repeat(4_000)}cuối`;
    expect(diffWords(many('a'), many('b')).map(({ is }) => is)).toEqual(['same', 'removed', 'added', 'same']);
  });
});

test('who is due first waits first, then the oldest', () => {
  const programme = (id: string, madeMs: number) => ({ id, madeMs, title: id, items: [], tier: 'normal' }) as unknown as ProgrammeAnswer;
  const notice = { why: 'approval-waits' as const, programme: 'c', dueMs: 9_000 };
  const waiting = waitingOf([programme('a', 3), programme('b', 2), programme('c', 5)], [], [notice, { ...notice, dueMs: 8_000 }]);
  expect(waiting.map(({ id, dueMs }) => [id, dueMs])).toEqual([
    ['c', 8_000],
    ['b', null],
    ['a', null],
  ]);
});

test('a board is as large as its box tells', () => {
  const box = (name: string, kind: string, display?: string) =>
    ({ name, outputs: [{ id: 'screen', kind }], report: display === undefined ? null : { hardware: { display } } }) as unknown as BoxAnswer;
  expect(boardsOf([box('Loa', 'loudspeaker'), box('Chợ', 'board', 'image 512x256'), box('Đình', 'board')])).toMatchObject([
    { name: 'Chợ', widthPx: 512, heightPx: 256, told: true },
    { name: 'Đình', widthPx: 1280, heightPx: 720, told: false },
  ]);
});

test('a folder stands behind the one it lies in; tags are told apart by commas', () => {
  const folder = (id: string, parent: string | null, name: string) => ({ id, unit: 'xa', parent, name });
  const paths = (...all: ReturnType<typeof folder>[]) => foldersInOrder(all).map(({ path }) => path);
  expect(paths(folder('b', 'a', 'Tiêm chủng'), folder('c', null, 'Cấp điện'), folder('a', null, 'Y tế'))).toEqual([
    'Cấp điện',
    'Y tế',
    'Y tế / Tiêm chủng',
  ]);
  expect(paths(folder('b', 'gone', 'Lạc'), folder('x', 'y', 'X'), folder('y', 'x', 'Y'))).toHaveLength(3);
  expect(tagsOf(' y tế, #trẻ em,, y tế')).toEqual(['y tế', 'trẻ em']);
});

test('who would say an order is counted by the centre, and for languages nobody lists by its words', () => {
  const speech = [
    { language: 'vi', speak: 'x', recorded: false },
    { language: 'tyz', speak: 'x', recorded: true },
    { language: 'ium', speak: 'x', recorded: false },
  ];
  expect(['vi', 'tyz', 'ium', 'hmn'].map((tag) => stateOf(tag, speech, undefined))).toEqual(['machine', 'recorded', 'silent', 'missing']);
  const row = { cells: [{ language: 'tyz', state: 'silent' as const, clusters: [] }] };
  expect(stateOf('tyz-VN', speech, row as never)).toBe('silent');
  expect([hasVoice(['vi'], 'vi-VN-x-south'), hasVoice(['vi'], 'tyz')]).toEqual([true, false]);
});
