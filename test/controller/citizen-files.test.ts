// The residents' app as a browser is sent it: its own strict policy, one worker that is always asked for anew, poles' short addresses.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../controller/app.ts';
import { type BuiltCentre, makeCentre } from './built-centre.ts';

describe('the files of the residents’ app', () => {
  let built: BuiltCentre;
  let app: FastifyInstance;

  beforeAll(async () => {
    built = await makeCentre();
    const home = join(built.dir, 'citizen');
    await mkdir(join(home, 'assets'), { recursive: true });
    await writeFile(join(home, 'index.html'), '<!doctype html><title>Loa</title>');
    await writeFile(join(home, 'worker.js'), 'self.loa = 1;');
    await writeFile(join(home, 'dan.webmanifest'), '{}');
    await writeFile(join(home, 'assets/app-1.js'), 'export const loa = 1;');
    app = await buildApp(built.centre, { consoleDir: join(built.dir, 'console') });
  });
  afterAll(async () => {
    await app?.close();
    await built?.stop();
  });

  it('come to whoever asks, without an account, under a policy without markup’s styles, frames of others and forms', async () => {
    const page = await app.inject({ url: '/dan/' });
    expect([page.statusCode, page.headers['content-type'], page.headers['cache-control']]).toEqual([
      ...[200, 'text/html; charset=utf-8', 'no-cache'],
    ]);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    for (const word of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'none'", "frame-ancestors 'none'"])
      expect(policy).toContain(word);
    expect((await app.inject({ url: '/dan' })).headers.location).toBe('/dan/');
    expect((await app.inject({ url: '/dan/dan.webmanifest' })).headers['content-type']).toContain('application/manifest+json');
  });

  it('lets assets be kept for a year, the worker never', async () => {
    expect((await app.inject({ url: '/dan/assets/app-1.js' })).headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const worker = await app.inject({ url: '/dan/worker.js' });
    expect([worker.statusCode, worker.headers['cache-control']]).toEqual([200, 'no-cache']);
    expect(worker.headers['content-type']).toMatch(/javascript/);
  });

  it('opens the report of the pole whose label was read, and nothing else by that address', async () => {
    expect((await app.inject({ url: '/p/CL-02536-07' })).headers.location).toBe('/dan/#/phan-anh/loa/CL-02536-07');
    for (const odd of ['%2F%2Fxa.example', 'a%0d%0ab', '..%2f..', `${'a'.repeat(65)}`])
      expect((await app.inject({ url: `/p/${odd}` })).headers.location).toBe('/dan/#/phan-anh');
  });

  it('are not there when the app is not built', async () => {
    const without = await buildApp(built.centre, { consoleDir: join(built.dir, 'a', 'console') });
    expect((await without.inject({ url: '/dan/' })).statusCode).toBe(404);
    await without.close();
  });
});
