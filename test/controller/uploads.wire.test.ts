// A resumable upload by the protocol's own client over a real socket: broken off in the middle, begun again by another client, whole.
import type { AddressInfo } from 'node:net';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuiltCentre, makeCentre, password } from './built-centre.ts';

let built: BuiltCentre;
let origin: string;
let headers: Record<string, string>;
beforeAll(async () => {
  built = await makeCentre();
  await built.app.listen({ port: 0, host: '127.0.0.1' });
  origin = `http://127.0.0.1:${(built.app.server.address() as AddressInfo).port}`;
  const signedIn = await fetch(`${origin}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account: 'tac-gia', password }),
  });
  const cookie = String(signedIn.headers.get('set-cookie')).split(';')[0] ?? '';
  headers = { cookie, 'x-loa-csrf': ((await signedIn.json()) as { csrf: string }).csrf };
});
afterAll(() => built.stop());

/** Six seconds of a tone at 48 kHz mono s16. */
function wave(): Buffer {
  const pcm = Buffer.alloc(6 * 96_000);
  for (let i = 0; i < pcm.length / 2; i++) pcm.writeInt16LE(Math.round(8_000 * Math.sin(i / 10)), i * 2);
  const head = Buffer.from('524946460000000057415645666d7420100000000100010080bb000000770100020010006461746100000000', 'hex');
  head.writeUInt32LE(36 + pcm.length, 4);
  head.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([head, pcm]);
}

test('goes on after the line broke, and the library makes a sound of it', async () => {
  const bytes = wave();
  const first = await new Promise<string>((resolve, reject) => {
    const upload = new Upload(bytes, {
      endpoint: `${origin}/api/uploads`,
      headers,
      chunkSize: 64 * 1024,
      metadata: { filename: '../../tiếng kẻng.wav' },
      onError: reject,
      onChunkComplete: (_size, accepted) => {
        if (accepted < 200_000) return;
        // In the middle of the next piece.
        setTimeout(() => void upload.abort().then(() => resolve(upload.url ?? '')), 1);
      },
    });
    upload.start();
  });
  const got = Number(
    (await fetch(first, { method: 'HEAD', headers: { ...headers, 'tus-resumable': '1.0.0' } })).headers.get('upload-offset'),
  );
  expect(got).toBeGreaterThanOrEqual(200_000);
  expect(got).toBeLessThan(bytes.length);
  let sent = 0;
  await new Promise<void>((resolve, reject) => {
    new Upload(bytes, {
      uploadUrl: first,
      headers,
      chunkSize: 128 * 1024,
      onError: reject,
      onChunkComplete: (size) => {
        sent += size;
      },
      onSuccess: () => resolve(),
    }).start();
  });
  expect(sent).toBe(bytes.length - got);
  const id = first.split('/').at(-1);
  const made = await fetch(`${origin}/api/media?title=keng&upload=${id}`, { method: 'POST', headers });
  expect([made.status, ((await made.json()) as { durationMs: number }).durationMs]).toEqual([201, 6_000]);
});
