// The line to an OpenID provider: HTTPS with its own authority where one is named, within a time and a size, following no redirect.
import { request } from 'node:https';

const bytesMax = 256 * 1024;
const standardMs = 8_000;

/** The provider was not reached, or answered more than is read. */
export class LineError extends Error {}

interface Asked {
  readonly method?: string;
  readonly headers?: object;
  readonly body?: unknown;
}

/** As `fetch` asks and answers, for `openid-client`. Rejects with a LineError. */
export function lineOf(ca: string | undefined, withinMs = standardMs): (address: string, asked: Asked) => Promise<Response> {
  return (address, { method = 'GET', headers = {}, body }) =>
    new Promise((resolve, reject) => {
      const url = new URL(address);
      if (url.protocol !== 'https:') return reject(new LineError(`${url.protocol} is not https`));
      const sent = body === undefined || body === null ? undefined : Buffer.from(String(body));
      const asking = request(url, {
        method,
        // One question a line: nothing is left open between two sign-ins.
        agent: false,
        headers: { ...Object.fromEntries(new Headers(headers as Record<string, string>)), ...(sent && { 'content-length': sent.length }) },
        // Also for an answer that comes drop by drop.
        signal: AbortSignal.timeout(withinMs),
        minVersion: 'TLSv1.2',
        ...(ca !== undefined && { ca }),
      });
      const fail = (error: Error) => reject(new LineError(`${url.host}: ${error.message}`));
      asking.on('error', fail);
      asking.on('response', (answer) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > bytesMax) answer.destroy(new Error(`more than ${bytesMax} bytes`));
          else chunks.push(chunk);
        });
        answer.on('error', fail);
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          const given = Object.entries(answer.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
          // A status of 200 and more: those below carry no answer, and some of those above no body.
          const empty = status === 204 || status === 205 || status === 304;
          if (status < 200) return fail(new Error(`status ${status}`));
          resolve(new Response(empty ? null : Buffer.concat(chunks), { status, headers: given as [string, string][] }));
        });
      });
      asking.end(sent);
    });
}
