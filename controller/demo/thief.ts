// The forger of the stage: stole the authority of the broker and its secret, so boxes connect to a broker of the thief; no signing key.
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { Link } from '../../broker/link/link.ts';
import { generateSigningKey, randomHex, randomId, signerFrom } from '../../hardware/host/crypto.ts';
import { unsealKey } from '../../hardware/host/key-pem.ts';
import { findKeySecret } from '../../hardware/host/key-secret.ts';
import { seal } from '../../schemas/envelope.ts';
import { encodeFrame } from '../../schemas/frame.ts';
import type { Order } from '../../schemas/order.ts';
import { buildTopic, parseTopic, topicRoot } from '../../schemas/topics.ts';
import type { CuttableProxy } from './cuttable-proxy.ts';
import { projectRoot } from './demo-texts.ts';
import { Program } from './program.ts';

const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const connectWithinMs = 5_000;
/** Boxes come back within a few seconds; then the wires lead home again. */
const lureMs = 12_000;

export interface Loot {
  /** The centre's data folder: the thief copied its certificate authority. */
  readonly centreFolder: string;
  /** Where the thief keeps a broker of its own. */
  readonly folder: string;
  readonly centre: string;
  readonly area: string;
  readonly group: string;
  readonly boxes: readonly string[];
  readonly wires: readonly CuttableProxy[];
}

const lie: Omit<Order, 'area'> = {
  class: 'actual',
  level: 'commune',
  hazard: 'other',
  severity: 'Extreme',
  urgency: 'Immediate',
  certainty: 'Observed',
  sirenMs: 10_000,
  times: 5,
  pauseMs: 0,
  speech: [{ language: 'vi', speak: 'Đây là lệnh giả. Nếu bà con nghe thấy câu này thì hệ thống đã hỏng.' }],
  screen: { title: 'LỆNH GIẢ', text: 'Không ai được thấy dòng này' },
};

/** Take over the boxes' connections and tell them a lie in the centre's name. Answers the lie's id; refusals come as rows. */
export async function publishForgery(loot: Loot, nowMs: number): Promise<string> {
  await mkdir(loot.folder, { recursive: true, mode: 0o700 });
  const authority = await stolenAuthority(loot.centreFolder);
  const broker = await startRogueBroker(loot, authority);
  const client = await issue(authority, `CN=centre:${loot.centre}`, [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
  ]);
  const id = randomId('gia-mao');
  const lured = new Set<string>();
  const [all, up] = [signal(), signal()];
  const link = new Link({
    url: `mqtts://127.0.0.1:${broker.port}`,
    tls: { ca: authority.pem, cert: client.cert, key: client.key },
    clientId: `thief-${randomHex(4)}`,
    filters: [`${topicRoot}/d/+/up/on`],
    onMessage: async (topic) => {
      const parsed = parseTopic(topic);
      if (parsed?.of === 'box') lured.add(parsed.id);
      if (lured.size >= loot.boxes.length) all.give();
    },
    onChange: (isUp) => isUp && up.give(),
  });
  link.start();
  try {
    await within(up.given, connectWithinMs);
    const topic = buildTopic({ of: 'group', id: loot.group, word: 'order' });
    const sent = await link.publish(topic, forgedFrame(loot, id, nowMs), { qos: 1, retain: true });
    if (!sent.ok) throw new Error(`${sent.problem.code}: ${sent.problem.detail}`);
    for (const wire of loot.wires) wire.lead(broker.port);
    await within(all.given, lureMs).catch(() => undefined);
    // The order follows the subscription; give it a moment to be read.
    await new Promise((resolve) => setTimeout(resolve, 500));
    return id;
  } finally {
    for (const wire of loot.wires) wire.lead(undefined);
    await link.stop();
    await broker.program.stop();
  }
}

/** Well-formed in everything but the key: nobody vouches for it. */
function forgedFrame({ centre, group, area }: Loot, id: string, nowMs: number): Uint8Array {
  const impostor = generateSigningKey();
  const statement = { typ: 'order' as const, id, iss: centre, epoch: 'e1', aud: `g/${group}`, ctr: nowMs, iat: nowMs, nbf: nowMs - 1_000 };
  const envelope = seal({ ...statement, exp: nowMs + 600_000, body: { ...lie, area } }, [signerFrom(impostor.privateKeyPem)]);
  return encodeFrame(JSON.stringify({ orders: [envelope] }), []);
}

interface Authority {
  readonly pem: string;
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

async function stolenAuthority(centreFolder: string): Promise<Authority> {
  const pem = await readFile(join(centreFolder, 'authority/ca.pem'), 'utf8');
  const sealed = await readFile(join(centreFolder, 'authority/ca.key.pem'), 'utf8');
  const secret = await findKeySecret({ dataDir: centreFolder, make: false });
  const opened = unsealKey(sealed, secret.ok ? secret.value.text : undefined);
  if (!opened.ok) throw new Error(`the thief has no key: ${opened.problem.detail}`);
  const plain = opened.value.export({ format: 'der', type: 'pkcs8' });
  const key = await webcrypto.subtle.importKey('pkcs8', plain, p256, false, ['sign']);
  return { pem, certificate: new x509.X509Certificate(pem), key };
}

async function startRogueBroker(loot: Loot, authority: Authority): Promise<{ readonly program: Program; readonly port: number }> {
  const server = await issue(authority, 'CN=127.0.0.1', [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]),
  ]);
  const config = {
    host: '127.0.0.1',
    port: 0,
    owner: loot.centre,
    tls: { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' },
    registry: 'registry.json',
  };
  const files = {
    'ca.pem': authority.pem,
    'cert.pem': server.cert,
    'key.pem': server.key,
    'registry.json': JSON.stringify({ boxes: loot.boxes, centres: [loot.centre] }),
    'broker.json': JSON.stringify(config),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(loot.folder, name), text, { mode: 0o600 });
  const program = new Program({
    name: 'broker-gia',
    logFile: join(loot.folder, 'broker.log'),
    args: () => [join(projectRoot, 'dist/broker.js'), '--config', join(loot.folder, 'broker.json')],
  });
  const ready = await program.start();
  return { program, port: Number(ready['port']) };
}

async function issue(authority: Authority, subject: string, extensions: x509.Extension[]): Promise<{ cert: string; key: string }> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `4${randomHex(15)}`,
    subject,
    issuer: authority.certificate.subject,
    notBefore: new Date(Date.now() - 3600_000),
    notAfter: new Date(Date.now() + 3600_000),
    signingAlgorithm: p256,
    publicKey: await webcrypto.subtle.importKey('spki', pair.publicKey.export({ format: 'der', type: 'spki' }), p256, true, ['verify']),
    signingKey: authority.key,
    extensions,
  });
  return { cert: certificate.toString('pem'), key: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}

function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

function within(wanted: Promise<void>, ms: number): Promise<void> {
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms).unref());
  return Promise.race([wanted, late]);
}
