// Many boxes that only listen: each enrolled with a key of its own, each with a stream under mutual TLS, batches timed on arrival.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { request } from 'node:https';
import * as x509 from '@peculiar/x509';
import { WebSocket } from 'ws';
import { generateSigningKey } from '../../hardware/host/crypto.ts';
import { livePath } from '../../schemas/live.ts';
import { readBatch } from '../../schemas/live-batch.ts';
import type { Operator } from './operator.ts';

const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

interface Member {
  readonly dev: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly centreUrl: string;
}

interface Claim {
  readonly dev: string;
  readonly centreUrl: string;
  readonly ca: string;
  readonly token: string;
}

export class Crowd {
  readonly #members: Member[] = [];
  #sockets: WebSocket[] = [];
  /** Milliseconds from the end of a batch's last frame to its arrival, all boxes together. */
  readonly delaysMs: number[] = [];
  batches = 0;

  /** Register and enrol; the door lets 120 in a minute from one address, so they come from several. */
  async enrol(count: number, technician: Operator, group: string): Promise<void> {
    for (let i = 0; i < count; i++) {
      const dev = `dong-${i}`;
      const outputs = [{ id: 'main', kind: 'loudspeaker' }];
      await technician.post('/boxes', { id: dev, name: dev, area: '08/02536', groups: [group], outputs });
      const claim = await technician.post<Claim>(`/boxes/${dev}/claim`);
      const keys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
      const csr = await x509.Pkcs10CertificateRequestGenerator.create({ name: `CN=box:${dev}`, keys, signingAlgorithm: p256 });
      const signingKey = Buffer.from(generateSigningKey().publicKey).toString('base64');
      const body = JSON.stringify({ claim: claim.token, csr: csr.toString('pem'), signingKey });
      const answer = await post(new URL('/enrol', claim.centreUrl), body, claim.ca, `127.0.0.${2 + Math.floor(i / 100)}`);
      const { certificate } = JSON.parse(answer) as { certificate: string };
      const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
      this.#members.push({ dev, ca: claim.ca, cert: certificate, key, centreUrl: claim.centreUrl });
    }
  }

  /** All listen to a session; resolves when every stream is open. `frozen` of them stop reading. */
  async listen(session: string, frozen = 0): Promise<void> {
    this.#sockets = this.#members.map(({ centreUrl, ca, cert, key }) => {
      const url = new URL(livePath(session), centreUrl.replace(/^http/, 'ws'));
      return new WebSocket(url, { ca, cert, key, perMessageDeflate: false });
    });
    await Promise.all(
      this.#sockets.map(
        (socket, i) =>
          new Promise<void>((resolve, reject) => {
            socket.on('error', reject);
            socket.on('open', () => {
              if (i < frozen) socket.pause();
              resolve();
            });
            socket.on('message', (bytes: Buffer) => this.#take(bytes));
          }),
      ),
    );
    for (const socket of this.#sockets) socket.on('error', () => undefined);
  }

  get open(): number {
    return this.#sockets.filter((socket) => socket.readyState === socket.OPEN).length;
  }

  leave(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  #take(bytes: Buffer): void {
    const read = readBatch(bytes);
    if (!read.ok) return;
    this.batches += 1;
    const { capturedMs, spanMs } = read.value.batch;
    this.delaysMs.push(performance.timeOrigin + performance.now() - capturedMs - spanMs);
  }
}

function post(url: URL, body: string, ca: string, localAddress: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const call = request(url, { method: 'POST', ca, headers, localAddress, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => (response.statusCode === 201 ? resolve(text) : reject(new Error(`/enrol: ${response.statusCode} ${text}`))));
    });
    call.on('error', reject);
    call.end(body);
  });
}
