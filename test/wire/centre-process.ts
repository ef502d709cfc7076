// A centre from outside: made by its init, spoken to over real HTTP and TLS.
import { spawn } from 'node:child_process';
import { request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { password } from '../controller/built-centre.ts';

const controller = fileURLToPath(new URL('../../dist/controller.js', import.meta.url));

type Person = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: never }>;

export function init(dir: string, seed: unknown): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [controller, 'init', '--data', dir]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => {
      out += text;
    });
    child.stderr.on('data', (text) => {
      err += text;
    });
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(typeof seed === 'string' ? seed : JSON.stringify(seed));
  });
}

export async function signIn(base: string, account: string): Promise<Person> {
  const answer = await fetch(`${base}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account, password }),
  });
  const { csrf } = (await answer.json()) as { csrf: string };
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return async (method, path, body) => {
    const headers = { cookie, 'x-loa-csrf': csrf, ...(body !== undefined && { 'content-type': 'application/json' }) };
    const asked = await fetch(`${base}/api${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    const text = await asked.text();
    return { status: asked.status, body: (text ? JSON.parse(text) : undefined) as never };
  };
}

export function fetchTls(url: string, options: object): Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options as { body?: string };
    const asked = request(url, rest, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
