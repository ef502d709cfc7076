// An output that really sounds: the product's player and chain on a virtual converter in the world's time, heard by an ear.
import type { PlayAction, Voice } from '../../agent/core/model.ts';
import { Player } from '../../agent/player/player.ts';
import { GeneratedSource, toneWave } from '../../agent/player/sources/generated.ts';
import { type ItemSource, stretchesOf } from '../../agent/player/sources/session.ts';
import { VirtualDac } from '../../hardware/audio-out/virtual-dac.ts';
import { bad } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import type { Output } from '../../schemas/settings.ts';
import { Ear } from './ear.ts';
import { Horn, nameOf } from './horn.ts';
import type { World } from './world.ts';

export interface AudibleOptions {
  readonly ppm: number;
  readonly rewinds: boolean;
}

/** An item is one pitch, written in its title: `… 437 Hz`. */
export function pitchOf({ title }: Pick<Item, 'title'>): number {
  return Number(/(\d+) Hz$/.exec(title)?.[1] ?? 440);
}

class PitchItem extends GeneratedSource implements ItemSource {
  readonly given = 1;
  readonly decoded = true;
}

export class AudibleHorn extends Horn {
  readonly ear: Ear;
  readonly #world: World;
  readonly #options: AudibleOptions;
  #dac: VirtualDac | undefined;
  #player: Player | undefined;

  constructor(id: string, kind: Output['kind'], world: World, options: AudibleOptions) {
    super(id, kind, world);
    this.#world = world;
    this.#options = options;
    this.ear = new Ear(id, world.trace);
  }

  override play(action: PlayAction, voice: Voice): void {
    const { attempt, sound } = action;
    const items = sound.of === 'items' ? sound.items : [];
    const pitchesHz = sound.of === 'items' ? items.map(pitchOf) : sound.of === 'tone' ? [sound.hz] : null;
    const score = sound.of === 'items' ? stretchesOf(sound).flatMap((one) => ('item' in one ? [items.indexOf(one.item)] : [])) : [];
    this.ear.expect({ attempt, name: nameOf(voice), voice, pitchesHz, score });
    this.#player?.play(action, (event) => {
      if (event.is === 'playbackEnded') this.ear.over(attempt, this.#world.nowMs());
      this.#world.tell(event);
    });
  }

  override stop(attempt: number, fadeMs: number): void {
    this.ear.stopped(attempt, this.#world.nowMs());
    this.#player?.stopPlaying(attempt, fadeMs);
  }

  /** The power goes or comes back: another converter, another player, nothing remembered. */
  override cut(): void {
    super.cut();
    this.#dac?.pump();
    this.#dac = undefined;
    this.#player = undefined;
    this.ear.deafen();
    if (this.#world.up) this.#open();
  }

  starve(): void {
    this.#world.disturb();
    this.#dac?.injectXrun();
  }

  /** Pulled out and found again by the player's own back-off. */
  unplug(): void {
    this.#world.disturb();
    this.#dac?.failNext();
    this.#dac?.unplug();
  }

  #open(): void {
    const world = this.#world;
    const { ppm, rewinds } = this.#options;
    const bootMs = world.nowMs() - world.monoNow();
    const frameMs = 1 / (48 * (1 + ppm / 1e6));
    const dac = new VirtualDac({ ppm, rewinds, now: () => world.nowMs() - bootMs });
    dac.onHeard(({ atMonoMs, frames }) => this.ear.hear(atMonoMs + bootMs, frames, frameMs));
    this.#dac = dac;
    this.#player = new Player({
      output: this.id,
      audioOut: dac,
      clock: { now: () => world.moment() },
      tools: {},
      pathOf: () => undefined,
      speak: async () => bad('tool-missing', 'no speech in fake time'),
      openItem: (item, fromMs) => new PitchItem(toneWave(pitchOf(item), 0.5), item.durationMs - fromMs),
      log: { info: () => undefined, warn: () => undefined },
      progressEveryMs: 5_000,
      after: (delayMs, tick) => this.#after(delayMs, tick),
    });
    void this.#player.start((event) => world.tell(event));
  }

  #after(delayMs: number, tick: () => void): () => void {
    let off = false;
    this.#world.later(this.#world.nowMs() + delayMs, () => off || tick());
    return () => {
      off = true;
    };
  }
}
