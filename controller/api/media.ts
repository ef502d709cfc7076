// Sound and bulletins coming in, and any content going out to pages by its hash.
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { type BulletinAnswer, BulletinRequest, type MediaAnswer, MediaRequest } from '../../schemas/api.ts';
import { type CleanBulletin, removalReasons, type Viewing, warningKinds } from '../../schemas/bulletin-removals.ts';
import { type BulletinPreviewAnswer, BulletinPreviewRequest } from '../../schemas/content-api.ts';
import type { WorkAnswer } from '../../schemas/media-work.ts';
import { bad, ok, problemKinds, type Result } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import { sendBlob } from '../blob-answer.ts';
import type { Centre } from '../centre.ts';
import { layOut } from '../media/bulletin.ts';
import { fitPictures } from '../media/picture-fit.ts';
import type { Media } from '../store/store.ts';
import { foundEntries, wordsFound } from './found.ts';
import { pageEntries, placeAfter, shownPage } from './paging.ts';
import { declare } from './route.ts';

export const uploadBytesMax = 256 * 1024 * 1024;
/** A document as JSON text: some letters are written with six. */
const bulletinRequestMax = 20 * 1024 * 1024;

/** Newest first; of those that are asked for. */
const MediaQuery = v.object({ ...pageEntries(200, 1000), ...foundEntries });

/** The same bytes have the same name, however often they are sent. */
const upload = {
  method: 'POST',
  url: '/api/media',
  once: false,
  act: 'media.add',
  status: 201,
  bodyLimit: uploadBytesMax,
  perMinute: 60,
} as const;

export function mediaRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, blobs } = centre;

  const keep: Keep = async (media, act) => {
    await store.content.addMedia(media, act);
    return answerOf((await store.content.medium(media.item.sha256)) ?? media);
  };

  listRoutes(app, centre);

  // Only here is a body a stream of anything; elsewhere only JSON is read.
  void app.register(async (uploads) => {
    uploads.removeAllContentTypeParsers();
    uploads.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    declare(
      uploads,
      centre,
      { ...upload, query: MediaRequest },
      async ({ person, body, query, request, act }): Promise<Result<MediaAnswer>> => {
        const path = blobs.temporary('.upload');
        const { upload } = query;
        const stored =
          upload === undefined
            ? await receive(body as Readable | undefined, path)
            : await centre.resumable.take(person.account, upload, path);
        if (!stored.ok) return stored;
        // What was sent over a bad line for an hour is not lost to a tool that is missing.
        let again = true;
        try {
          const made = await centre.ingest(path, query, person.account);
          again = !made.ok && problemKinds[made.problem.code].retryable;
          if (!made.ok) return made;
          const source = String(request.headers['x-loa-file'] ?? '').slice(0, 200);
          const { item, peaks } = made.value;
          const media = { item, source, author: person.account, createdMs: centre.nowMs(), peaks };
          return ok(await keep(media, act('media.add', item.sha256, item)));
        } finally {
          if (upload !== undefined) await centre.resumable.settle(upload, again);
        }
      },
    );
  });

  bulletinRoutes(app, centre, keep);
  contentRoutes(app, centre);
}

type Keep = (media: Media, act: Parameters<Centre['store']['content']['addMedia']>[1]) => Promise<MediaAnswer>;

/** Pages, from plain text or a whole document. */
function bulletinRoutes(app: FastifyInstance, centre: Centre, keep: Keep): void {
  const { blobs } = centre;

  declare(
    app,
    centre,
    {
      method: 'POST',
      url: '/api/bulletins',
      act: 'media.add',
      body: BulletinRequest,
      status: 201,
      bodyLimit: bulletinRequestMax,
      perMinute: 60,
    },
    async ({ person, body, act }): Promise<Result<BulletinAnswer>> => {
      const laidOut = (): Result<CleanBulletin> =>
        ok({ html: 'text' in body ? layOut(body.title, body.text) : '', removed: [], warnings: [] });
      const cleaned = 'html' in body ? await cleanDocument(centre, body) : laidOut();
      if (!cleaned.ok) return cleaned;
      const { html } = cleaned.value;
      const bytes = Buffer.from(html);
      const sha256 = await blobs.keep(bytes);
      const { title, durationMs } = body;
      const language = 'html' in body ? body.language : 'vi';
      const item: Item = { sha256, bytes: bytes.length, type: 'text/html', title, language, durationMs, gainDb: 0 };
      const media = { item, source: 'text' in body ? 'text' : 'html', author: person.account, createdMs: centre.nowMs(), peaks: [] };
      const kept = await keep(media, act('media.add', sha256, item));
      return ok({ ...kept, ...saidOf(cleaned.value) });
    },
  );

  const preview = {
    method: 'POST',
    url: '/api/bulletins/preview',
    act: 'media.add',
    bodyLimit: bulletinRequestMax,
    perMinute: 120,
  } as const;
  declare(
    app,
    centre,
    { ...preview, body: BulletinPreviewRequest, once: false },
    async ({ body }): Promise<Result<BulletinPreviewAnswer>> => {
      const cleaned = await cleanDocument(centre, body);
      return cleaned.ok ? ok({ html: cleaned.value.html, ...saidOf(cleaned.value) }) : cleaned;
    },
  );
}

interface Place {
  readonly atMs: number;
  readonly id: string;
}

/** What there is, and what is being made. */
function listRoutes(app: FastifyInstance, centre: Centre): void {
  const { store } = centre;

  declare(app, centre, { method: 'GET', url: '/api/media', act: 'read', query: MediaQuery }, async ({ query, ...door }) => {
    const after = placeAfter(query);
    if (!after.ok) return after;
    const found = wordsFound(query.q);
    const page = await shownPage<Place, Place & { readonly media: Media }>(door, query, {
      after: after.value,
      read: async (limit, place) =>
        (await store.content.media({ after: place, limit })).map((media) => ({ atMs: media.createdMs, id: media.item.sha256, media })),
      shows: ({ media: { item } }) =>
        (query.form === undefined || (item.type === 'text/html') === (query.form === 'bulletin')) && found([item.title]),
      placeIn: ({ atMs, id }) => [atMs, id],
    });
    return ok(page.map(({ media }) => answerOf(media)));
  });

  declare(app, centre, { method: 'GET', url: '/api/media/work', act: 'read' }, async ({ person }): Promise<Result<WorkAnswer[]>> => {
    return ok(centre.work.of(person.account));
  });
}

/** Any content as it lies here. */
function contentRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, blobs, webSounds } = centre;

  declare(app, centre, { method: 'GET', url: '/api/media/:sha256/film', act: 'read' }, async ({ params, request, reply }) => {
    const film = (await store.content.medium(params['sha256'] ?? ''))?.item.film;
    if (!film) return bad('not-found', 'no such film');
    return sendBlob({ blobs, sha256: film.sha256, type: 'video/mp4', range: request.headers.range, reply });
  });

  declare(app, centre, { method: 'GET', url: '/api/media/:sha256/mp3', act: 'read' }, async ({ params, request, reply }) => {
    const item = (await store.content.medium(params['sha256'] ?? ''))?.item;
    if (!item) return bad('not-found', 'no such sound');
    const made = await webSounds.make(item);
    if (!made.ok) return made;
    return sendBlob({ blobs: webSounds, sha256: item.sha256, type: 'audio/mpeg', range: request.headers.range, reply });
  });

  declare(app, centre, { method: 'GET', url: '/api/blobs/:sha256', act: 'read' }, async ({ params, request, reply }) => {
    const medium = await store.content.medium(params['sha256'] ?? '');
    if (!medium) return bad('not-found', 'no such content');
    // A bulletin is somebody's page: it is shown without our origin, scripts or network.
    reply.header('content-security-policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    reply.header('x-frame-options', 'SAMEORIGIN');
    return sendBlob({ blobs, sha256: medium.item.sha256, type: medium.item.type, range: request.headers.range, reply });
  });
}

/** What went and what may be hard to read, in both languages. */
function saidOf({ removed, warnings }: CleanBulletin): Pick<BulletinAnswer, 'removed' | 'warnings'> {
  return {
    removed: removed.map((one) => ({ ...one, ...removalReasons[one.reason] })),
    warnings: warnings.map((one) => ({ ...one, ...warningKinds[one.code] })),
  };
}

/** Pictures first: cleaned is what the board will show. */
async function cleanDocument(
  { sanitiser, tools }: Centre,
  { html, viewing }: { readonly html: string; readonly viewing: Viewing },
): Promise<Result<CleanBulletin>> {
  const fitted = await fitPictures(html, tools.ffmpegDecodesOnly ? undefined : tools.ffmpeg);
  const cleaned = await sanitiser.clean(fitted.html, viewing);
  if (!cleaned.ok || fitted.pictures === 0) return cleaned;
  return ok({ ...cleaned.value, warnings: [...cleaned.value.warnings, { code: 'pictures-fitted', detail: String(fitted.pictures) }] });
}

async function receive(body: Readable | undefined, path: string): Promise<Result<void>> {
  if (!body) return bad('bad-input', 'the file is the body of the request');
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(bytes > uploadBytesMax ? new Error('too large') : null, chunk);
    },
  });
  try {
    await pipeline(body, limit, createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    await rm(path, { force: true });
    if (bytes > uploadBytesMax) return bad('too-large', `more than ${uploadBytesMax} bytes`);
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return bad('disk-full', 'no space for the upload');
    return bad('bad-input', 'the upload broke off');
  }
  if (bytes > 0) return ok(undefined);
  await rm(path, { force: true });
  return bad('bad-input', 'the file is empty');
}

export function answerOf({ item, author, createdMs, peaks }: Media): MediaAnswer {
  return { ...item, madeMs: createdMs, by: author, peaks };
}
