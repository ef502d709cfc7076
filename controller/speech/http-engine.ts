// A speech engine behind an HTTP door: words go out as JSON, a sound file comes back. Named in the data folder by the operator, never over the network.
import { open, readFile, rm } from 'node:fs/promises';
import * as v from 'valibot';
import { problemOf } from '../../hardware/host/failure.ts';
import { readIfPresent } from '../../hardware/host/files.ts';
import { LanguageTag } from '../../schemas/ids.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { SpeechEngine } from './engines.ts';

const soundBytesMax = 64 * 1024 * 1024;
const tokenBytesMax = 4096;

/** `speech.json` in the data folder. */
export const HttpEngineSettings = v.strictObject({
  /** HTTPS, or plain HTTP on this machine. */
  url: v.pipe(v.string(), v.maxLength(500), v.check(isSafeUrl, 'must be https, or http on this machine')),
  languages: v.pipe(v.array(LanguageTag), v.minLength(1), v.maxLength(16)),
  /** Sent as a bearer token; a file beside it, mode 0600. */
  tokenFile: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(400))),
  /** Which of its voices, in its own words. */
  voice: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(100))),
  withinMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1_000), v.maxValue(300_000)), 60_000),
});
export type HttpEngineSettings = v.InferOutput<typeof HttpEngineSettings>;

/** The settings of a data folder; undefined where no engine is named. Problems: bad-input, not-json. */
export async function readEngineSettings(file: string): Promise<Result<HttpEngineSettings | undefined>> {
  const bytes = await readIfPresent(file);
  return bytes ? parseJson(HttpEngineSettings, bytes.toString('utf8'), 16 * 1024) : ok(undefined);
}

export class HttpEngine implements SpeechEngine {
  readonly name: string;
  readonly #settings: HttpEngineSettings;

  constructor(settings: HttpEngineSettings) {
    this.#settings = settings;
    this.name = new URL(settings.url).host;
  }

  async voices(): Promise<readonly string[]> {
    return this.#settings.languages.map((tag) => tag.toLowerCase());
  }

  async speak(words: string, language: string, path: string): Promise<Result<void>> {
    const { url, tokenFile, voice, withinMs } = this.#settings;
    const headers: Record<string, string> = { 'content-type': 'application/json', accept: 'audio/wav, audio/ogg, audio/mpeg' };
    try {
      if (tokenFile !== undefined)
        headers['authorization'] = `Bearer ${(await readFile(tokenFile, 'utf8')).slice(0, tokenBytesMax).trim()}`;
      const body = JSON.stringify({ text: words, language, ...(voice !== undefined && { voice }) });
      // Somewhere else is not what the operator named.
      const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(withinMs) });
      const type = answer.headers.get('content-type') ?? '';
      if (!answer.ok || !answer.body || !/^(audio\/|application\/(ogg|octet-stream))/.test(type)) {
        await answer.body?.cancel();
        return bad('tool-failed', `the engine answered ${answer.status} ${type}`.slice(0, 200));
      }
      return await pour(answer.body, path);
    } catch (error) {
      await rm(path, { force: true });
      if (error instanceof Error && error.name === 'TimeoutError') return bad('tool-timeout', `no voice within ${withinMs} ms`);
      return { ok: false, problem: problemOf(error, 'tool-failed') };
    }
  }
}

/** Never more than the limit, whatever was announced. */
async function pour(body: ReadableStream<Uint8Array>, path: string): Promise<Result<void>> {
  const file = await open(path, 'w', 0o600);
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > soundBytesMax) return bad('too-large', `more than ${soundBytesMax} bytes of sound`);
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
  return bytes > 0 ? ok(undefined) : bad('tool-failed', 'the engine sent no sound');
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname));
}
