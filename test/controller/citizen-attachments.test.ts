// Pictures of residents and a disk that is nearly full.
import { expect, test } from 'vitest';
import { Attachments, type AttachmentsOptions, reserveBytes } from '../../controller/citizens/attachments.ts';

test.each([
  [reserveBytes - 1, 'disk-full'],
  [reserveBytes, 'bad-input'],
])('with %i bytes free a picture that is none is %s: strangers never take the last of the disk', async (free, code) => {
  const blobs = { freeBytes: async () => free, forget: async () => undefined };
  const attachments = new Attachments({ blobs, ffmpeg: undefined } as unknown as AttachmentsOptions);
  expect(await attachments.keep(['data:image/png;base64,x'], null)).toMatchObject({ problem: { code } });
  expect(await attachments.keep([], null), 'words alone need no room').toEqual({ ok: true, value: { photos: [], sound: null } });
});
