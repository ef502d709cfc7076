// A player on a virtual converter in fake time, with everything it told and everything that was heard.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event, PlayAction, Sound } from '../../agent/core/model.ts';
import { Player, type PlayerOptions } from '../../agent/player/player.ts';
import { VirtualDac, type VirtualDacOptions } from '../../hardware/audio-out/virtual-dac.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import { bad } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import { Recording } from './recording.ts';

/** A turn of the loop, and as many more as the disk needs: fake time does not outrun a busy machine. */
async function diskHasAnswered(): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq')));
}

interface Timer {
  readonly atMs: number;
  readonly tick: () => void;
}

export interface RigOptions extends Omit<VirtualDacOptions, 'now'> {
  readonly player?: Partial<PlayerOptions>;
  /** Wall minus monotonic time. */
  readonly wallMs?: number;
}

export const wallZeroMs = 1_800_000_000_000;

export class Rig {
  readonly dac: VirtualDac;
  readonly player: Player;
  /** What the player was made of, to make another. */
  readonly options: PlayerOptions;
  readonly told: Event[] = [];
  readonly heard: Recording;
  readonly folder = mkdtempSync(join(tmpdir(), 'loa-player-'));
  nowMs = 5_000;
  #timers: Timer[] = [];
  #attempts = 0;
  readonly #paths = new Map<string, string>();

  constructor(options: RigOptions = {}) {
    const { player, wallMs = wallZeroMs, ...dac } = options;
    this.dac = new VirtualDac({ ...dac, now: () => this.nowMs });
    this.heard = new Recording(this.dac);
    this.options = {
      output: 'main',
      audioOut: this.dac,
      clock: { now: () => ({ wallMs: Math.floor(wallMs + this.nowMs), monoMs: this.nowMs, quality: 'signed' }) },
      tools: {},
      pathOf: (sha256) => this.#paths.get(sha256),
      speak: async () => bad('tool-missing', 'no speech in this test'),
      log: { info: () => undefined, warn: () => undefined },
      progressEveryMs: 1_000,
      after: (delayMs, tick) => this.#after(delayMs, tick),
      ...player,
    };
    this.player = new Player(this.options);
  }

  get wallMs(): number {
    return wallZeroMs + this.nowMs;
  }

  readonly tell = (event: Event): void => {
    this.told.push(event);
  };

  /** Let time pass in small steps; files and processes get real turns of the loop. */
  async pass(ms: number, turns = 1): Promise<void> {
    const untilMs = this.nowMs + ms;
    while (this.nowMs < untilMs) {
      const due = this.#timers.reduce<Timer | undefined>((first, timer) => (first && first.atMs <= timer.atMs ? first : timer), undefined);
      this.nowMs = Math.min(untilMs, Math.max(this.nowMs, due?.atMs ?? untilMs));
      this.dac.pump();
      if (due && due.atMs <= this.nowMs) {
        this.#timers = this.#timers.filter((timer) => timer !== due);
        due.tick();
      }
      for (let i = 0; i < turns; i += 1) await diskHasAnswered();
    }
    this.dac.pump();
  }

  /** Turns of the loop without time passing, so that sources fill up. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await diskHasAnswered();
  }

  play(sound: Sound, more: Partial<PlayAction> = {}): number {
    this.#attempts += 1;
    const attempt = this.#attempts;
    const standard = { slot: 'normal', startAtMs: this.wallMs, fadeInMs: 0, gainDb: 0 } as const;
    this.player.play({ do: 'play', output: 'main', attempt, sound, ...standard, ...more }, this.tell);
    return attempt;
  }

  of<K extends Event['is']>(is: K, attempt?: number): Extract<Event, { is: K }>[] {
    return this.told.filter(
      (event): event is Extract<Event, { is: K }> =>
        event.is === is && (attempt === undefined || ('attempt' in event && event.attempt === attempt)),
    );
  }

  /** A WAV in the cache, as an item. */
  item(pcm: Int16Array, name: string): Item {
    const path = join(this.folder, `${name}.wav`);
    writeFileSync(path, Buffer.concat([wavHead(48_000, pcm.length * 2), Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength)]));
    return this.file(path, name, 'audio/wav', pcm.length / 48);
  }

  file(path: string, name: string, type: Item['type'], durationMs: number): Item {
    const sha256 = name.padEnd(64, '0');
    this.#paths.set(sha256, path);
    return { sha256, bytes: 1, type, title: name, language: 'vi', durationMs: Math.round(durationMs), gainDb: 0 };
  }

  async close(): Promise<void> {
    await this.player.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #after(delayMs: number, tick: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, tick };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
}

export function items(list: readonly Item[], more: Partial<Extract<Sound, { of: 'items' }>> = {}): Sound {
  return { of: 'items', items: list, times: 1, gapMs: 0, offsetMs: 0, ...more };
}
