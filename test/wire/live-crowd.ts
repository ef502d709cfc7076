// Many boxes that only listen: each enrolled with a key of its own, each with a stream under mutual TLS, batches timed on arrival.
import { request } from 'node:https';
import { WebSocket } from 'ws';
import { makeKey, makeRequest, readCertificate } from '../../agent/certificate-request.ts';
import { generateSigningKey } from '../../hardware/host/crypto.ts';
import { estPaths } from '../../schemas/enrolment.ts';
import { livePath } from '../../schemas/live.ts';
import { readBatch } from '../../schemas/live-batch.ts';
import type { Operator } from './operator.ts';

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
      const key = makeKey();
      const csr = await makeRequest({ dev, keyPem: key, signingKeyPem: generateSigningKey().privateKeyPem });
      const answer = await post(claim, dev, csr, `127.0.0.${2 + Math.floor(i / 100)}`);
      const certificate = await readCertificate(answer, key, claim.ca);
      if (!certificate.ok) throw new Error(certificate.problem.detail);
      this.#members.push({ dev, ca: claim.ca, cert: certificate.value, key, centreUrl: claim.centreUrl });
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

function post({ centreUrl, ca, token }: Claim, dev: string, csr: string, localAddress: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const authorization = `Basic ${Buffer.from(`${dev}:${token}`).toString('base64')}`;
    const headers = { authorization, 'content-type': 'application/pkcs10', 'content-length': Buffer.byteLength(csr) };
    const call = request(
      new URL(estPaths.simpleenroll, centreUrl),
      { method: 'POST', ca, headers, localAddress, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () =>
          response.statusCode === 200 ? resolve(text) : reject(new Error(`simpleenroll: ${response.statusCode} ${text}`)),
        );
      },
    );
    call.on('error', reject);
    call.end(csr);
  });
}
