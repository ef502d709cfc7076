// The forger of the stage: holds the broker's authority and the centre's name, but none of the signing keys.
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { Link } from '../../broker/link/link.ts';
import { generateSigningKey, randomHex, randomId, signerFrom } from '../../hardware/host/crypto.ts';
import { seal } from '../../schemas/envelope.ts';
import { encodeFrame } from '../../schemas/frame.ts';
import type { Order } from '../../schemas/order.ts';
import { buildTopic } from '../../schemas/topics.ts';

const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const connectWithinMs = 5_000;

export interface Loot {
  /** The centre's data folder: the thief copied its certificate authority. */
  readonly centreFolder: string;
  readonly centre: string;
  readonly area: string;
  readonly group: string;
  readonly brokerUrl: string;
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

/** Publish a well-formed order signed with a key nobody vouches for. Answers its id; the boxes' refusals come as rows. */
export async function publishForgery(loot: Loot, nowMs: number): Promise<string> {
  const id = randomId('gia-mao');
  const impostor = generateSigningKey();
  const envelope = seal(
    {
      typ: 'order',
      id,
      iss: loot.centre,
      epoch: 'e1',
      aud: `g/${loot.group}`,
      ctr: nowMs,
      iat: nowMs,
      nbf: nowMs - 1_000,
      exp: nowMs + 600_000,
      body: { ...lie, area: loot.area },
    },
    [signerFrom(impostor.privateKeyPem)],
  );
  const tls = await stolenIdentity(loot);
  const frame = encodeFrame(JSON.stringify({ orders: [envelope] }), []);
  const topic = buildTopic({ of: 'group', id: loot.group, word: 'order' });
  let up: (isUp: boolean) => void = () => undefined;
  const connected = new Promise<boolean>((resolve) => {
    up = resolve;
    setTimeout(() => resolve(false), connectWithinMs);
  });
  const link = new Link({
    url: loot.brokerUrl,
    tls,
    clientId: `thief-${randomHex(4)}`,
    filters: [],
    onMessage: async () => undefined,
    onChange: (isUp) => up(isUp),
  });
  link.start();
  try {
    if (!(await connected)) throw new Error('the broker let nobody in as the centre');
    // Not retained: the genuine frame of the group stays what the broker keeps.
    const sent = await link.publish(topic, frame, { qos: 1, retain: false });
    if (!sent.ok) throw new Error(`${sent.problem.code}: ${sent.problem.detail}`);
    return id;
  } finally {
    await link.stop();
  }
}

/** A client certificate in the centre's name, minted with the stolen authority. */
async function stolenIdentity({ centreFolder, centre }: Loot): Promise<{ ca: string; cert: string; key: string }> {
  const caPem = await readFile(join(centreFolder, 'authority/ca.pem'), 'utf8');
  const caKeyPem = await readFile(join(centreFolder, 'authority/ca.key.pem'), 'utf8');
  const ca = new x509.X509Certificate(caPem);
  const signingKey = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(caKeyPem), p256, false, ['sign']);
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `4${randomHex(15)}`,
    subject: `CN=centre:${centre}`,
    issuer: ca.subject,
    notBefore: new Date(Date.now() - 3600_000),
    notAfter: new Date(Date.now() + 3600_000),
    signingAlgorithm: p256,
    publicKey: await webcrypto.subtle.importKey('spki', spki, p256, true, ['verify']),
    signingKey,
    extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
  });
  return { ca: caPem, cert: certificate.toString('pem'), key: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}
