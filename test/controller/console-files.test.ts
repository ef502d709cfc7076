// The console's files as a browser is sent them: packed when it takes packed ones, as they are when it does not.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../controller/app.ts';
import { type BuiltCentre, makeCentre } from './built-centre.ts';

const html = '<!doctype html><title>Loa</title>';
const script = 'export const loa = 1;';
const pages = ['/', '/index.html', '/setup', '/invite', '/approve'];

describe('the files of the console', () => {
  let built: BuiltCentre;
  let app: FastifyInstance;

  beforeAll(async () => {
    built = await makeCentre();
    const console = join(built.dir, 'console');
    await mkdir(join(console, 'assets'), { recursive: true });
    for (const [name, text] of [
      ['index.html', html],
      ['assets/main-1.js', script],
    ] as const) {
      await writeFile(join(console, name), text);
      await writeFile(join(console, `${name}.br`), brotliCompressSync(text));
      await writeFile(join(console, `${name}.gz`), gzipSync(text));
    }
    app = await buildApp(built.centre, { consoleDir: console });
  });
  afterAll(async () => {
    await app?.close();
    await built?.stop();
  });

  const sent = (url: string, accepted?: string) =>
    app.inject({ url, headers: accepted === undefined ? {} : { 'accept-encoding': accepted } });

  it.each(pages)('sends %s packed to whoever takes it, and plain to whoever does not', async (url) => {
    const brotli = await sent(url, 'gzip, deflate, br, zstd');
    expect([brotli.statusCode, brotli.headers['content-encoding']]).toEqual([200, 'br']);
    expect(brotliDecompressSync(brotli.rawPayload).toString()).toBe(html);
    const gzip = await sent(url, 'gzip');
    expect([gzip.statusCode, gzip.headers['content-encoding']]).toEqual([200, 'gzip']);
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(html);
    const plain = await sent(url);
    expect([plain.statusCode, plain.headers['content-encoding'], plain.body]).toEqual([200, undefined, html]);
    for (const answer of [brotli, gzip, plain]) {
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.headers['cache-control']).toBe('no-cache');
      expect(answer.headers['vary']).toContain('accept-encoding');
    }
  });

  it('lets an asset be kept for a year, packed or not', async () => {
    for (const accepted of ['br', undefined]) {
      const answer = await sent('/assets/main-1.js', accepted);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(accepted ? brotliDecompressSync(answer.rawPayload).toString() : answer.body).toBe(script);
    }
  });

  it('lets pictures come from the operator’s own server of maps, and from nobody else’s', async () => {
    const plain = String((await sent('/')).headers['content-security-policy']);
    expect(plain).toContain("img-src 'self' data: blob:;");
    const mapTiles = { template: 'https://tiles.example/{z}/{x}/{y}.png', credit: 'Sở Tài nguyên' };
    const other = await buildApp(built.centre, { consoleDir: join(built.dir, 'console'), mapTiles });
    const policy = String((await other.inject({ url: '/' })).headers['content-security-policy']);
    await other.close();
    expect(policy).toBe(plain.replace('blob:;', 'blob: https://tiles.example;'));
  });
});
