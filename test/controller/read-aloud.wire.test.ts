// A text becomes sound with the programs of a real machine: a new version that people hear before they approve it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findAudioTools } from '../../hardware/host/audio-tools.ts';
import { programPath } from '../tell.ts';
import { type Asker, codeOf } from './built-centre.ts';
import { content, makeProvince, type Province } from './source-rig.ts';

const needs = programPath('ffmpeg') !== undefined && programPath('espeak-ng') !== undefined;
let province: Province;
let author: Asker;
beforeAll(async () => {
  if (!needs) return;
  province = await makeProvince(await findAudioTools());
  author = await province.ask('bien-tap');
});
afterAll(() => province?.built.stop());

test.skipIf(!needs)('a text is read out into its next version, once [needs ffmpeg] [needs espeak-ng]', async () => {
  const made = await author('POST', '/source-items', {
    content: content({ kind: 'text', title: 'Họp thôn', body: 'Mời bà con họp thôn lúc 19h30.' }),
  });
  const { id } = made.body;
  const read = await author('POST', `/source-items/${id}/read-aloud`, { version: 1 });
  expect(read).toMatchObject({ status: 200, body: { version: 2, state: 'draft', play: { type: 'audio/ogg', language: 'vi' } } });
  expect(read.body.play.durationMs).toBeGreaterThan(1_000);
  expect((await author('GET', `/blobs/${read.body.play.sha256}`)).status).toBe(200);
  expect(codeOf(await author('POST', `/source-items/${id}/read-aloud`, { version: 1 }))).toBe('conflict');
  expect(codeOf(await author('POST', `/source-items/${id}/read-aloud`, { version: 2 })), 'the same words, the same sound').toBe(
    'bad-input',
  );
});

test.skipIf(!needs)('a language without a voice is not spoken by another one [needs ffmpeg] [needs espeak-ng]', async () => {
  const made = await author('POST', '/source-items', { content: content({ kind: 'text', language: 'tyz', body: 'Nặm lồng mà hết.' }) });
  expect(await author('POST', `/source-items/${made.body.id}/read-aloud`, { version: 1 })).toMatchObject({
    body: { code: 'no-voice', path: '/content/language' },
  });
});
