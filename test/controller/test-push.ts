// A push service of our own over TLS: takes what RFC 8030 says, checks the VAPID word (RFC 8292), decrypts as the browser would (RFC 8291).
import { createDecipheriv, createECDH, createPublicKey, type ECDH, hkdfSync, randomBytes, verify } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface FakeBrowser {
  readonly subscription: { readonly endpoint: string; readonly keys: { readonly p256dh: string; readonly auth: string } };
  readonly ecdh: ECDH;
  readonly auth: Buffer;
}

export interface Arrived {
  readonly path: string;
  readonly text: string;
  readonly urgency: string;
  readonly livesS: number;
}

export class FakePushService {
  readonly arrived: Arrived[] = [];
  /** What was refused, and why. */
  readonly refused: string[] = [];
  /** Answers of a path instead of 201. */
  readonly answers = new Map<string, number>();
  readonly #browsers = new Map<string, FakeBrowser>();
  readonly #server: Server;
  readonly #publicKey: () => string;

  constructor(tls: { readonly key: string; readonly cert: string }, publicKey: () => string) {
    this.#publicKey = publicKey;
    this.#server = createServer(tls, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const path = request.url ?? '';
        const wrong = this.#take(path, request.headers, Buffer.concat(chunks));
        if (wrong !== undefined) this.refused.push(wrong);
        response.writeHead(wrong === undefined ? (this.answers.get(path) ?? 201) : 400).end();
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  browser(name: string): FakeBrowser {
    const ecdh = createECDH('prime256v1');
    ecdh.generateKeys();
    const auth = randomBytes(16);
    const keys = { p256dh: ecdh.getPublicKey('base64url'), auth: auth.toString('base64url') };
    const browser = { subscription: { endpoint: `https://${this.host}/${name}`, keys }, ecdh, auth };
    this.#browsers.set(`/${name}`, browser);
    return browser;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(path: string, headers: Record<string, string | string[] | undefined>, body: Buffer): string | undefined {
    const browser = this.#browsers.get(path);
    if (!browser) return `no subscription ${path}`;
    const wrong = this.#vapid(String(headers['authorization']));
    if (wrong !== undefined) return wrong;
    if (headers['content-encoding'] !== 'aes128gcm') return 'not aes128gcm';
    if (body.length > 4_096) return 'over 4096 bytes (RFC 8030 §7.2)';
    const text = decrypt(browser, body);
    if (text === undefined) return 'cannot be decrypted';
    this.arrived.push({ path, text, urgency: String(headers['urgency']), livesS: Number(headers['ttl']) });
    return undefined;
  }

  /** `vapid t=JWT, k=KEY`: ES256 over this very origin, by the centre's key. */
  #vapid(authorization: string): string | undefined {
    const [, word = '', key = ''] = /^vapid t=([^,]+), ?k=(\S+)$/.exec(authorization) ?? [];
    if (key !== this.#publicKey()) return 'another key';
    const [head = '', claims = '', signature = ''] = word.split('.');
    const raw = Buffer.from(key, 'base64url');
    const jwk = { kty: 'EC', crv: 'P-256', x: raw.subarray(1, 33).toString('base64url'), y: raw.subarray(33).toString('base64url') };
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    const signed = verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      { key: publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    const { aud, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { aud: string; exp: number };
    if (!signed) return 'signature wrong';
    return aud === `https://${this.host}` && exp * 1000 < Date.now() + 24 * 3600_000 ? undefined : 'for another service, or for too long';
  }
}

/** RFC 8188 §2 and RFC 8291 §3.4; undefined where it is not for this browser. */
function decrypt({ ecdh, auth }: FakeBrowser, body: Buffer): string | undefined {
  const salt = body.subarray(0, 16);
  const idLength = body.readUInt8(20);
  const senderKey = body.subarray(21, 21 + idLength);
  const sealed = body.subarray(21 + idLength);
  const context = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), senderKey]);
  const ikm = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(senderKey), auth, context, 32));
  const key = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: aes128gcm\0', 16));
  const nonce = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: nonce\0', 12));
  try {
    const decipher = createDecipheriv('aes-128-gcm', key, nonce, { authTagLength: 16 }).setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    return plain.subarray(0, plain.lastIndexOf(2)).toString('utf8');
  } catch {
    return undefined;
  }
}
