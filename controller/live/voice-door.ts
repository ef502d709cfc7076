// The microphone's way in: a WebSocket of a signed-in person, limited in size and rate, frames or a recording as it grows.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import type { Tool } from '../../hardware/host/processes.ts';
import { VoiceHello, VoiceTalk } from '../../schemas/api.ts';
import { opusFrameBytesMax } from '../../schemas/live.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Problem, problemKinds, type Result } from '../../schemas/problems.ts';
import { makeAct, sendProblem, sessionCookie } from '../api/route.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { sameWord } from '../people/passwords.ts';
import type { Person } from '../people/sessions.ts';
import { Allowance } from './allowance.ts';
import type { LiveRoom } from './live-room.ts';
import { fitsLive } from './opus-frame.ts';
import { startReframe } from './reframe.ts';

const helloWithinMs = 5_000;
const messagesPerSecond = 120;
const bytesPerSecond = 64 * 1024;
export const voiceBytesMax = 64 * 1024;
/** A recording comes in pieces and through an encoder; no earlier can its sound be on its way. */
export const streamDelayMs = 1_000;
const pulseMs = 5_000;
/** What was probed comes out in one heap; only then do arrivals tell the time. */
const unheardFrames = 100;
/** Sound leaves as soon as it came, not when a buffer is full. */
const smallSteps = ['-probesize', '2048', '-analyzeduration', '0', '-fflags', '+nobuffer', '-blocksize', '512'];

const people = new WeakMap<FastifyRequest, Person>();

export function voiceDoor(app: FastifyInstance, centre: Centre): void {
  app.get<{ Params: { id: string } }>(
    '/api/live/:id/voice',
    {
      websocket: true,
      preValidation: async (request, reply) => {
        const admitted = await admit(centre, request);
        if (!admitted.ok) return sendProblem(reply, admitted.problem);
        people.set(request, admitted.value);
      },
    },
    (socket, request) => {
      const person = people.get(request);
      const room = centre.live.room(request.params.id);
      // Whoever is shut out, or is let speak no more, falls silent within a pulse.
      const still = async () => (await admit(centre, request, false)).ok;
      if (person && room) new Voice(centre, room, person, socket, still).begin();
      else refuse(socket, { code: 'not-found', path: '', detail: 'no open session of that id' });
    },
  );
}

/** A page of another origin has our cookie too; it has not our name. Problems: not-allowed, not-signed-in, factor-needed. */
async function admit(centre: Centre, request: FastifyRequest, seen = true): Promise<Result<Person>> {
  const { origin, host } = request.headers;
  if (origin === undefined || !URL.canParse(origin) || new URL(origin).host !== host)
    return bad('not-allowed', 'the microphone is taken from our own page only');
  const person = await centre.people.sessions.personOf(request.cookies[sessionCookie], seen);
  if (!person.ok) return person;
  const allowed = may(person.value.grants, 'live.open', centre.card.area);
  return allowed.ok ? person : allowed;
}

function refuse(socket: WebSocket, problem: Problem): void {
  if (socket.readyState === socket.OPEN)
    socket.send(JSON.stringify({ event: 'problem', ...problem, title: problemKinds[problem.code].vi }));
  socket.close(1008, problem.code);
}

class Voice {
  readonly #centre: Centre;
  readonly #room: LiveRoom;
  readonly #person: Person;
  readonly #socket: WebSocket;
  readonly #still: () => Promise<boolean>;
  readonly #messages: Allowance;
  readonly #bytes: Allowance;
  #form: 'frames' | 'stream' | undefined;
  #encoder: Tool | undefined;
  #number = -1;

  constructor(centre: Centre, room: LiveRoom, person: Person, socket: WebSocket, still: () => Promise<boolean>) {
    const nowMs = performance.now();
    this.#centre = centre;
    this.#room = room;
    this.#person = person;
    this.#socket = socket;
    this.#still = still;
    this.#messages = new Allowance(messagesPerSecond, 4 * messagesPerSecond, nowMs);
    this.#bytes = new Allowance(bytesPerSecond, 4 * bytesPerSecond, nowMs);
  }

  begin(): void {
    const socket = this.#socket;
    const late = setTimeout(() => this.#form ?? socket.terminate(), helloWithinMs);
    let alive = true;
    const leave = this.#centre.people.sessions.watch(() => void this.#look());
    const pulse = setInterval(() => {
      if (!alive) return socket.terminate();
      alive = false;
      socket.ping();
      void this.#look();
    }, pulseMs);
    socket.on('pong', () => {
      alive = true;
    });
    socket.on('error', () => socket.terminate());
    socket.on('message', (bytes: RawData, binary: boolean) => {
      const problem = this.#take(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes as ArrayBuffer), binary);
      if (problem) refuse(socket, problem);
    });
    socket.on('close', () => {
      clearTimeout(late);
      clearInterval(pulse);
      leave();
      this.#encoder?.kill();
      this.#room.leave(socket);
    });
  }

  async #look(): Promise<void> {
    // A store that does not answer silences nobody.
    if (await this.#still().catch(() => true)) return;
    refuse(this.#socket, { code: 'not-signed-in', path: '', detail: 'the session has ended' });
  }

  #take(bytes: Buffer, binary: boolean): Problem | undefined {
    const nowMs = performance.now();
    if (!this.#messages.take(1, nowMs) || !this.#bytes.take(bytes.length, nowMs))
      return { code: 'too-many-requests', path: '', detail: 'more than speech needs' };
    if (!binary) return this.#form ? this.#talk(bytes) : this.#greet(bytes);
    if (this.#form === undefined) return { code: 'bad-input', path: '', detail: 'the first message says who talks' };
    if (this.#form === 'frames') return this.#frame(bytes);
    this.#encoder?.stdin.write(bytes);
    return undefined;
  }

  #greet(bytes: Buffer): Problem | undefined {
    const hello = parseJson(VoiceHello, bytes.toString('utf8'), 1024);
    if (!hello.ok) return hello.problem;
    const { csrf, form } = hello.value;
    if (!sameWord(csrf, this.#person.csrf)) return { code: 'not-allowed', path: '/csrf', detail: 'the word of this session is wrong' };
    if (form === 'stream') {
      const started = this.#encode();
      if (!started.ok) return started.problem;
    }
    if (!this.#room.take(this.#socket)) return { code: 'device-busy', path: '', detail: 'another microphone talks in this session' };
    this.#form = form;
    const { store, live } = this.#centre;
    const id = this.#room.session.session;
    void store.audit.append(makeAct(this.#centre, this.#person.account, 'live.talk', id));
    const talkFromMs = live.live(id)?.talkFromMs ?? 0;
    this.#socket.send(JSON.stringify({ event: 'ready', talkInMs: Math.max(0, Math.round(talkFromMs - live.nowMs())) }));
    return undefined;
  }

  #talk(bytes: Buffer): Problem | undefined {
    const said = parseJson(VoiceTalk, bytes.toString('utf8'), 256);
    if (!said.ok) return said.problem;
    this.#room.talk(said.value.talk);
    return undefined;
  }

  /** u32 number, then one frame; no frame says only how far the microphone is. */
  #frame(bytes: Buffer): Problem | undefined {
    const frame = bytes.subarray(4);
    if (bytes.length < 4 || frame.length > opusFrameBytesMax || (frame.length > 0 && !fitsLive(frame)))
      return { code: 'bad-input', path: '', detail: 'one Opus frame of 20 ms mono after its number' };
    const number = bytes.readUInt32BE(0);
    if (number <= this.#number) return { code: 'bad-input', path: '', detail: 'frame numbers grow' };
    this.#number = number;
    this.#room.hear(number, frame.length > 0 ? frame : undefined);
    return undefined;
  }

  #encode(): Result<void> {
    const { ffmpeg, ffmpegDecodesOnly } = this.#centre.tools;
    if (ffmpeg === undefined || ffmpegDecodesOnly) return bad('tool-missing', 'this browser needs ffmpeg at the centre');
    if (this.#room.session.delayMs < streamDelayMs)
      return bad('conflict', `this browser's sound comes in pieces: open the session with ${streamDelayMs} ms or more`);
    const guards = ['-protocol_whitelist', 'pipe', '-format_whitelist', 'matroska,webm,ogg'];
    this.#encoder = startReframe({
      ffmpeg,
      input: [...guards, ...smallSteps, '-i', 'pipe:0'],
      bitRate: '24k',
      onFrame: (frame) => {
        this.#number += 1;
        this.#room.hear(this.#number, this.#number < unheardFrames ? undefined : frame);
      },
      onExit: () => this.#socket.close(1011, 'encoder ended'),
    });
    return ok(undefined);
  }
}
