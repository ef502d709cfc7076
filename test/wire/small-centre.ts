// A centre small enough for one test file: real TLS doors, real signatures, a real broker, tables in memory.
import 'reflect-metadata';
import { mkdtemp } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { CentreBelow } from '../../broker/identities.ts';
import { BrokerServer } from '../../broker/server.ts';
import { openAuthority } from '../../controller/provision/authority.ts';
import { readBoxRequest, signingKeyOf } from '../../controller/provision/box-request.ts';
import { cryptography, generateSigningKey, sha256, signerFrom } from '../../hardware/host/crypto.ts';
import { estPaths, keysPath } from '../../schemas/enrolment.ts';
import { type Envelope, fromBase64, nextCounter, open, type Signer, type StatementType, seal, toBase64 } from '../../schemas/envelope.ts';
import { encodeFrame } from '../../schemas/frame.ts';
import type { Delegation, KeysDocument, Role, TrustRoot } from '../../schemas/keys.ts';
import type { Order } from '../../schemas/order.ts';
import { Entry, type Fact, LogBatch, type Row } from '../../schemas/outbox.ts';
import { parseJson } from '../../schemas/parse.ts';
import type { Ask } from '../../schemas/report.ts';
import type { PartKind } from '../../schemas/want.ts';
import { approved, TestOfficer } from '../schemas/officer.ts';
import { bodyOf, certsOnly } from './est-texts.ts';

export const dayMs = 24 * 3600_000;
const roles: readonly Role[] = ['want', 'command', 'order', 'drill', 'time'];

export interface SignAs {
  readonly signer?: Signer;
  readonly iss?: string;
  readonly exp?: number;
  readonly nbf?: number;
  readonly ctr?: number;
  readonly id?: string;
}

/** Where a centre stands; a commune unless said. */
interface Place {
  readonly id: string;
  readonly area: string;
  readonly level: Delegation['level'];
}

export class SmallCentre {
  readonly id: string;
  readonly area: string;
  readonly level: Delegation['level'];
  /** Its boxes may read orders here. */
  readonly below: CentreBelow[] = [];
  /** The links of keys down to this centre. */
  chain: Envelope[] = [];
  readonly dev: string;
  readonly groups: readonly string[];
  readonly blobs = new Map<string, Uint8Array>();
  readonly rows = new Map<string, Row>();
  readonly facts: Fact[] = [];
  readonly said = new Map<string, unknown[]>();
  readonly requests: { readonly path: string; readonly range: string | undefined }[] = [];
  /** Answers a blob request in its own way; true when it did. */
  meddle: ((request: IncomingMessage, response: ServerResponse, bytes: Uint8Array) => boolean) | undefined;
  /** Told of every word of a box, as it comes. */
  onSaid: ((word: string, json: unknown) => void) | undefined;
  answersTime = true;
  /** It lives so much later than this machine: its server's certificate is not valid yet by the box's clock. */
  eraMs = 0;
  /** Boxes get certificates that were made so long ago. */
  boxAgeMs = 0;
  /** SHA-256 of the certificates with which boxes came to the bus. */
  readonly shown: string[] = [];
  /** Certificates that it does not know: its tables came from an older backup. */
  readonly unknown = new Set<string>();
  /** Those that boxes got for the ones before. */
  readonly renewed: string[] = [];
  /** Its HTTPS door hangs up on whoever comes. */
  away = false;
  /** Its clock against the machine's, and how long what it signs is good for. */
  aheadMs = 0;
  lifeMs = dayMs;
  readonly officer = new TestOfficer('truc-ban-1');
  readonly second = new TestOfficer('truc-ban-2');
  /** Keys beside the centre's own, each with its roles; told before `start`. */
  readonly moreKeys: Delegation['keys'] = [];
  root!: TrustRoot;
  keys!: KeysDocument;
  signer!: Signer;
  ca = '';
  broker!: BrokerServer;
  mqttPort = 0;
  boxPort = 0;
  token = 'claim-0123456789';
  readonly pin = '135790';
  #https: Server | undefined;
  #serverTls = { cert: '', key: '' };
  #boxKey: Uint8Array | undefined;
  #ctr = 0;
  #rev = 0;
  #rootSigner!: Signer;
  #authority!: Awaited<ReturnType<typeof openAuthority>>;

  constructor(
    dev = 'loa-1',
    groups: readonly string[] = ['xa-1'],
    { id = 'xa-1', area = '08/02536', level = 'commune' }: Partial<Place> = {},
  ) {
    [this.id, this.area, this.level] = [id, area, level];
    this.dev = dev;
    this.groups = groups;
  }

  /** `upper` gives this centre its keys instead of a root of its own. */
  async start(demo = true, upper?: SmallCentre): Promise<void> {
    this.#authority = await openAuthority(await mkdtemp(join(tmpdir(), 'loa-centre-')), `test ${this.id}`, Date.now());
    this.ca = this.#authority.pem;
    this.#serverTls = await this.#authority.issueServer(['localhost', '127.0.0.1'], Date.now() + this.eraMs);
    const [root, centre] = [generateSigningKey(), generateSigningKey()];
    this.#rootSigner = upper?.signer ?? signerFrom(root.privateKeyPem);
    this.signer = signerFrom(centre.privateKeyPem);
    this.root = upper?.root ?? { demo, threshold: 1, keys: [{ keyid: root.keyid, alg: 'ed25519', publicKey: toBase64(root.publicKey) }] };
    const key = { keyid: centre.keyid, alg: 'ed25519' as const, publicKey: toBase64(centre.publicKey), roles: [...roles, 'root' as const] };
    const delegation = {
      centre: this.id,
      level: this.level,
      epoch: 'c1',
      area: this.area,
      demo,
      keys: [key, this.officer.listed(), this.second.listed(), ...this.moreKeys],
    };
    const link = this.sign('delegation', `c/${this.id}`, delegation, { signer: this.#rootSigner, iss: upper?.id ?? 'root' });
    this.chain = [...(upper?.chain ?? []), link];
    this.keys = { chain: this.chain, place: this.place(this.groups) };
    await this.#openDoor();
    await this.startBroker();
  }

  async startBroker(): Promise<void> {
    this.broker = new BrokerServer({
      host: '127.0.0.1',
      port: this.mqttPort,
      tls: { ca: this.ca, ...this.#serverTls },
      owner: this.id,
      below: this.below,
      mayConnect: (_identity, certificate) => this.shown.push(certificate) > 0 && !this.unknown.has(certificate),
      onPublish: async (identity, topic, payload) => this.#take(identity.id, topic.word, payload),
    });
    this.mqttPort = (await this.broker.start()).port;
  }

  /** From the next start of the broker its certificate is one of `ageDays` ago. */
  async ageCertificate(ageDays: number): Promise<void> {
    this.#serverTls = await this.#authority.issueServer(['localhost', '127.0.0.1'], Date.now() - ageDays * dayMs);
  }

  async stop(): Promise<void> {
    await this.broker.stop();
    this.#https?.closeAllConnections();
    await new Promise<void>((resolve) => (this.#https ? this.#https.close(() => resolve()) : resolve()));
  }

  claim(): object {
    const { dev, ca, token, root: trustRoot } = this;
    const [centreUrl, brokerUrl] = [`https://127.0.0.1:${this.boxPort}`, `mqtts://127.0.0.1:${this.mqttPort}`];
    return { dev, centreUrl, brokerUrl, ca, trustRoot, token, expMs: Date.now() + dayMs, pin: this.pin };
  }

  /** A statement of this centre, or of whom `as` names. */
  sign(typ: StatementType, aud: string, body: unknown, as: SignAs = {}): Envelope {
    const iat = Date.now() + this.eraMs;
    this.#ctr = nextCounter(this.#ctr, iat);
    const {
      iss = this.id,
      signer = this.signer,
      exp = iat + this.lifeMs,
      id = `${typ}-${this.#ctr}`,
      ctr = this.#ctr,
      nbf = iat - 1000,
    } = as;
    const given = { id, iss, epoch: 'c1', aud, iat, exp };
    if (typ !== 'order' || (body as Order).class === 'actual') {
      const said =
        typ === 'order' ? approved(body as Order, given, this.level === 'commune' ? [this.officer] : [this.officer, this.second]) : body;
      return seal({ ...given, typ, ctr, nbf, body: said }, [signer]);
    }
    return seal({ ...given, typ: 'drill', ctr, nbf, body }, [signer]);
  }

  place(groups: readonly string[]): Envelope {
    return this.sign('place', `d/${this.dev}`, { dev: this.dev, centre: this.id, area: this.area, groups });
  }

  put(bytes: Uint8Array | string): { sha256: string; bytes: number } {
    const blob = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    const name = sha256(blob);
    this.blobs.set(name, blob);
    return { sha256: name, bytes: blob.length };
  }

  async want(parts: Readonly<Partial<Record<PartKind, unknown>>>): Promise<Envelope> {
    const list = Object.entries(parts).map(([kind, part]) => ({ kind, ...this.put(JSON.stringify(part)) }));
    const envelope = this.sign('want', `d/${this.dev}`, { rev: ++this.#rev, parts: list });
    await this.say('want', envelope, true);
    return envelope;
  }

  async say(word: string, document: unknown, retain = false): Promise<void> {
    await this.broker.publish(`loa/1/d/${this.dev}/dn/${word}`, JSON.stringify(document), { qos: 1, retain });
  }

  async order(envelopes: readonly Envelope[], attachments: readonly Uint8Array[] = [], group = this.groups[0]): Promise<void> {
    const isDrill = ({ payloadType }: Envelope) => payloadType.includes('.drill+');
    const drills = envelopes.filter(isDrill);
    for (const [word, orders] of [
      ['order', envelopes.filter((one) => !isDrill(one))],
      ['drill', drills],
    ] as const) {
      const frame = encodeFrame(JSON.stringify({ orders }), attachments);
      if (orders.length > 0 || word === 'order') await this.broker.publish(`loa/1/g/${group}/${word}`, frame, { qos: 1, retain: true });
    }
  }

  heard<T>(word: string): T[] {
    return (this.said.get(word) ?? []) as T[];
  }

  async #take(dev: string, word: string, payload: Buffer): Promise<void> {
    const json = JSON.parse(payload.toString('utf8')) as unknown;
    this.said.set(word, [...(this.said.get(word) ?? []), json]);
    this.onSaid?.(word, json);
    if (word === 'log') await this.#takeLog(dev, json);
    if (word === 'ask' && this.answersTime) {
      const { id, nonce } = json as Ask;
      await this.say('answer', this.sign('answer', `d/${dev}`, { id, nonce, timeMs: Date.now() + this.aheadMs + this.eraMs }));
    }
  }

  async #takeLog(dev: string, json: unknown): Promise<void> {
    const publicKey = this.#boxKey ?? new Uint8Array(32);
    const opened = open(json, 'log', LogBatch, (keyid) => ({ keyid, alg: 'ed25519', publicKey }), cryptography);
    if (!opened.ok) throw new Error(`log refused: ${opened.problem.detail}`);
    const { epoch, body } = opened.value.statement;
    for (const row of body.rows) {
      if (this.rows.has(`${epoch}/${row.seq}`)) continue;
      this.rows.set(`${epoch}/${row.seq}`, row);
      const entry = parseJson(Entry, row.entry);
      if (entry.ok) this.facts.push(entry.value.fact);
      else throw new Error(`row ${row.entry}: ${entry.problem.detail} ${entry.problem.path}`);
    }
    let upto = 0;
    while (this.rows.has(`${epoch}/${upto + 1}`)) upto++;
    const head = this.rows.get(`${epoch}/${upto}`)?.hash ?? '';
    await this.say('ack', this.sign('ack', `d/${dev}`, { dev, epoch, upto, head }));
  }

  async #openDoor(): Promise<void> {
    const tls = { ca: this.ca, ...this.#serverTls };
    const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      void this.#answer(request, response);
    });
    this.#https = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.boxPort = (server.address() as AddressInfo).port;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push({ path: request.url ?? '', range: request.headers.range });
    if (this.away) return void request.socket.destroy();
    if (request.url === estPaths.simpleenroll) return this.#enrol(request, response);
    if (request.url === estPaths.simplereenroll) return this.#renew(request, response);
    const blob = this.blobs.get((request.url ?? '').replace('/blob/', ''));
    if (!(request.socket as unknown as { authorized: boolean }).authorized) return void response.writeHead(401).end();
    if (request.url === keysPath) return void response.writeHead(200).end(JSON.stringify(this.keys));
    if (!blob) return void response.writeHead(404).end();
    if (this.meddle?.(request, response, blob)) return;
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from === 0) return void response.writeHead(200, { 'content-length': blob.length }).end(blob);
    response.writeHead(206, { 'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}` }).end(blob.subarray(from));
  }

  async #enrol(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.authorization !== `Basic ${Buffer.from(`${this.dev}:${this.token}`).toString('base64')}`)
      return void response.writeHead(409).end('{"code":"claim-used"}');
    const asked = await readBoxRequest(await bodyOf(request));
    const signingKey = asked.ok ? signingKeyOf(asked.value) : asked;
    if (!asked.ok || !signingKey.ok) return void response.writeHead(400).end(JSON.stringify(signingKey));
    const issued = await this.#authority.signBox(this.dev, asked.value, Date.now() - this.boxAgeMs);
    this.#boxKey = fromBase64(signingKey.value);
    response.end(certsOnly(issued.cert));
  }

  async #renew(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await readBoxRequest(await bodyOf(request));
    const shown = (request.socket as TLSSocket).getPeerX509Certificate();
    if (!asked.ok || shown?.subject !== `CN=box:${this.dev}` || this.unknown.has(sha256(shown.raw)))
      return void response.writeHead(403).end('{"code":"not-allowed"}');
    const issued = await this.#authority.signBox(this.dev, asked.value, Date.now());
    this.renewed.push(issued.fingerprint);
    response.end(certsOnly(issued.cert));
  }
}
