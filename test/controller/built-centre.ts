// A real centre without sockets: a data folder made by init, a bus that remembers, people who ask through inject.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest, InjectOptions } from 'fastify';
import { buildApp } from '../../controller/app.ts';
import type { Centre } from '../../controller/centre.ts';
import type { UpperDoors } from '../../controller/federation/make-federation.ts';
import { initialise } from '../../controller/init.ts';
import { type BusWish, buildCentre } from '../../controller/start-centre.ts';
import type { AudioTools } from '../../hardware/host/audio-tools.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { decodeFrame } from '../../schemas/frame.ts';
import type { Policy } from '../../schemas/policy.ts';
import type { Problem, Result } from '../../schemas/problems.ts';
import { parseTopic } from '../../schemas/topics.ts';
import { wrongAnswer } from '../answers/check.ts';

export const password = 'mat-khau-thu-nghiem';

export interface Published {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
  /** The one box it went to. */
  readonly to?: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly body: any;
}

export type Asker = (
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: object | Buffer,
  headers?: Record<string, string>,
) => Promise<Answer>;

export interface Entered extends Answer {
  readonly ask: Asker;
  readonly cookie: string;
}

export interface BuiltCentre {
  readonly dir: string;
  readonly app: FastifyInstance;
  readonly centre: Centre;
  readonly published: Published[];
  /** Boxes whose connection the centre ended. */
  readonly cuts: string[];
  /** Sends as a box would; the broker has checked its certificate. */
  readonly fromBox: (dev: string, word: 'on' | 'report' | 'log' | 'tm' | 'ask', payload: unknown) => Promise<void>;
  readonly connect: (dev: string, up: boolean) => void;
  /** Sends as a centre below would; the broker has checked its certificate. */
  readonly fromCentre: (centre: string, word: string, payload: string) => Promise<void>;
  /** Hears every publication as it is made. */
  readonly hearers: Set<(published: Published) => void>;
  readonly clock: { nowMs: number };
  /** What was told of boxes. */
  readonly warnings: object[];
  /** Without signing in. */
  readonly stranger: Asker;
  as(account: string): Promise<Asker>;
  /** Give a password from somewhere; who asks then has the cookie that came, whatever it is good for. */
  enter(account: string, password: string, from?: { readonly address?: string; readonly device?: string }): Promise<Entered>;
  lastRetained(topic: string): Published | undefined;
  stop(): Promise<void>;
}

export const accounts = [
  { account: 'tac-gia', title: 'Tác giả', roles: ['author', 'scheduler'] },
  { account: 'duyet', title: 'Người duyệt', roles: ['approver'] },
  { account: 'ca-hai', title: 'Vừa viết vừa duyệt', roles: ['author', 'approver'] },
  { account: 'truc-ban', title: 'Trực ban', roles: ['duty'] },
  { account: 'truc-ban-2', title: 'Trực ban 2', roles: ['duty'] },
  { account: 'ky-thuat', title: 'Kỹ thuật', roles: ['technician'] },
  { account: 'quan-tri', title: 'Quản trị', roles: ['administrator'] },
  { account: 'thon-2', title: 'Kỹ thuật thôn 2', roles: ['technician'], area: '08/02536/thon-2' },
];

export const openPolicy: Policy = {
  id: 'thu',
  title: 'Thử',
  zone: 'Asia/Ho_Chi_Minh',
  windows: [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '05:00', to: '22:00' }],
  quiet: [{ from: '22:00', to: '05:00' }],
  sessionGapMs: 300_000,
  sessionMaxMs: 45 * 60_000,
  sessionsPerDay: 20,
  dayMaxMs: 10 * 3600_000,
  gainMaxDb: 0,
  permits: [],
};

export function seedOf(changes: object = {}): object {
  return {
    demo: false,
    centre: { id: 'xa-02536', name: 'Xã Sơn Dương', level: 'commune', area: '08/02536', zone: 'Asia/Ho_Chi_Minh' },
    accounts: accounts.map((account) => ({ ...account, password })),
    policy: openPolicy,
    groups: [{ id: 'thon-1', name: 'Thôn 1' }],
    // Tests of other things sign in by the password alone.
    signIn: { factorRoles: [] },
    ...changes,
  };
}

/** 08:00 on a Monday in Viet Nam. */
export const startMs = Date.UTC(2026, 10, 23, 1, 0, 0);

export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.problem.code} ${result.problem.path}: ${result.problem.detail}`);
  return result.value;
}

/** Test centre whose officers and administrators need a code, as a real one's do. */
export function strictSeed(people: readonly object[] = accounts): object {
  return seedOf({ signIn: undefined, accounts: people.map((account) => ({ ...account, password })) });
}

export async function makeCentre(
  seed: object = seedOf(),
  keepDir?: string,
  tools: AudioTools = {},
  atMs: number = startMs,
  upperDoors: UpperDoors = {},
): Promise<BuiltCentre> {
  const dir = keepDir ?? (await mkdtemp(join(tmpdir(), 'loa-centre-')));
  if (keepDir === undefined) must(await initialise(dir, seed, atMs));
  const clock = { nowMs: atMs + 1000 };
  const published: Published[] = [];
  const warnings: object[] = [];
  const cuts: string[] = [];
  const hearers = new Set<(published: Published) => void>();
  let wish: BusWish | undefined;
  const built = must(
    await buildCentre({
      settings: {
        dataDir: dir,
        host: '127.0.0.1',
        port: 0,
        boxHost: '127.0.0.1',
        boxPort: 0,
        mqttPort: 0,
        publicHost: '127.0.0.1',
        names: [],
        logLevel: 'silent',
      },
      journal: {
        info: () => undefined,
        warn: (fields) => void (('dev' in fields || 'centre' in fields || 'code' in fields) && warnings.push(fields)),
      },
      upperDoors,
      consoleDir: join(dir, 'no-console'),
      nowMs: () => clock.nowMs,
      tools,
      openBus: async (asked) => {
        wish = asked;
        return {
          port: 1,
          publish: async (topic, payload, { retain, to }) => {
            const one = { topic, payload: Buffer.from(payload), retain, to };
            published.push(one);
            for (const hear of hearers) hear(one);
          },
          cut: (dev) => void cuts.push(dev),
          stop: async () => undefined,
        };
      },
    }),
  );
  const app = await buildApp(built.centre, { consoleDir: join(dir, 'no-console'), onRoute: watchAnswers });
  const ask = (cookie: string, csrf: string): Asker => askerOf(app, cookie, csrf);
  return {
    dir,
    app,
    centre: built.centre,
    published,
    cuts,
    clock,
    warnings,
    stranger: ask('', ''),
    as: async (account) => {
      const answer = await app.inject({ method: 'POST', url: '/api/session', payload: { account, password } });
      if (answer.statusCode !== 200) throw new Error(answer.body);
      return ask(String(answer.headers['set-cookie']).split(';')[0] ?? '', answer.json().csrf);
    },
    enter: async (account, word, { address, device } = {}) => {
      const answer = await app.inject({
        ...{ method: 'POST', url: '/api/session', payload: { account, password: word } },
        headers: { 'user-agent': device ?? 'test' },
        ...(address !== undefined && { remoteAddress: address }),
      });
      const cookie = String(answer.headers['set-cookie'] ?? '').split(';')[0] ?? '';
      const body = answer.json();
      return { status: answer.statusCode, headers: answer.headers, body, cookie, ask: askerOf(app, cookie, body.csrf ?? '', address) };
    },
    fromBox: async (dev, word, payload) => {
      const topic = parseTopic(`loa/1/d/${dev}/up/${word}`);
      if (!topic || !wish) throw new Error('no bus');
      await wish.onPublish(dev, topic, Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)));
    },
    connect: (dev, up) => wish?.onConnection(dev, up),
    hearers,
    fromCentre: async (centre, word, payload) => {
      const topic = parseTopic(`loa/1/u/${centre}/up/${word}`);
      if (!topic || !wish) throw new Error('no bus');
      await wish.onCentre(centre, topic, Buffer.from(payload));
    },
    lastRetained: (topic) => published.filter((one) => one.topic === topic && one.retain).at(-1),
    stop: async () => {
      await app.close();
      await built.stop();
      if (keepDir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Whatever a suite asks, the answer is held to its description. */
function watchAnswers(route: { readonly method: string | readonly string[]; readonly url: string }): void {
  const name = `${[route.method].flat()[0]} ${route.url}`;
  const hooked = route as unknown as { onSend?: unknown };
  hooked.onSend = [
    ...[hooked.onSend ?? []].flat(),
    async (_request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
      const json = String(reply.getHeader('content-type')).startsWith('application/json') && typeof payload === 'string';
      const wrong = json && reply.statusCode < 300 ? wrongAnswer(name, JSON.parse(payload)) : undefined;
      if (wrong === undefined) return payload;
      const detail = `${name} answers what is not described: ${wrong}`;
      throw Object.assign(new Error(detail), { problem: { code: 'internal-error', path: '', detail } });
    },
  ];
}

function askerOf(app: FastifyInstance, cookie: string, csrf: string, address?: string): Asker {
  return async (method, path, body, headers = {}) => {
    const options: InjectOptions = {
      method,
      url: `/api${path}`,
      headers: {
        ...(cookie && { cookie }),
        ...(csrf && { 'x-loa-csrf': csrf }),
        ...(Buffer.isBuffer(body) && { 'content-type': 'application/octet-stream' }),
        ...headers,
      },
      ...(body !== undefined && { payload: body }),
      ...(address !== undefined && { remoteAddress: address }),
    };
    const answer = await app.inject(options);
    const json = String(answer.headers['content-type'] ?? '').includes('json');
    return { status: answer.statusCode, headers: answer.headers, body: json ? answer.json() : answer.rawPayload };
  };
}

/** The statement inside an envelope, unverified. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into statements of many shapes
export function statementIn(envelope: { payload: string }): any {
  return JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8'));
}

/** Envelopes and attachments of a group frame. */
export function frameIn(payload: Buffer): {
  envelopes: { payload: string; payloadType: string }[];
  attachments: ReadonlyMap<string, Uint8Array>;
} {
  const frame = must(decodeFrame(payload, cryptography));
  return { envelopes: JSON.parse(frame.head).orders, attachments: frame.attachments };
}

export function codeOf(answer: Answer): Problem['code'] {
  return answer.body.code;
}
