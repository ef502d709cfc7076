// One sound at a time, from any page, going on while the phone is locked; where it stopped is kept on the phone.
import { getContext } from 'svelte';

export interface Track {
  readonly id: string;
  readonly title: string;
  /** Who sent it and when, under the title. */
  readonly source: string;
  readonly src: string;
}

const place = Symbol('player');
const keptKey = 'loa-dan-heard';
/** As many places are kept as somebody may go back to. */
const keptMax = 50;
const stepS = 15;

type Heard = Readonly<Record<string, number>>;

export class Player {
  track = $state.raw<Track>();
  playing = $state(false);
  positionS = $state(0);
  lengthS = $state(0);
  /** It cannot be heard: no line and not kept here, or not a sound this phone knows. */
  failed = $state(false);
  readonly #sound: HTMLAudioElement;
  #rest: readonly Track[] = [];

  constructor(sound: HTMLAudioElement) {
    this.#sound = sound;
  }

  /** Follow the sound and the keys of the locked phone. */
  start(): void {
    const sound = this.#sound;
    sound.preload = 'none';
    sound.addEventListener('play', () => this.#tell(true));
    sound.addEventListener('pause', () => this.#tell(false));
    sound.addEventListener('durationchange', () => {
      this.lengthS = Number.isFinite(sound.duration) ? sound.duration : 0;
    });
    sound.addEventListener('timeupdate', () => {
      this.positionS = sound.currentTime;
      this.#remember(sound.currentTime);
      this.#place();
    });
    sound.addEventListener('ended', () => {
      this.#remember(0);
      void this.#begin(this.#rest);
    });
    sound.addEventListener('error', () => {
      if (sound.getAttribute('src')) this.failed = true;
      this.playing = false;
    });
    const keys = navigator.mediaSession;
    keys?.setActionHandler('play', () => void this.go());
    keys?.setActionHandler('pause', () => sound.pause());
    keys?.setActionHandler('seekbackward', () => this.move(-stepS));
    keys?.setActionHandler('seekforward', () => this.move(stepS));
    keys?.setActionHandler('seekto', ({ seekTime }) => {
      if (seekTime !== undefined) sound.currentTime = seekTime;
    });
  }

  /** Begin, go on or pause: the one button of a programme, whose parts come one after the other. */
  async press(tracks: readonly Track[]): Promise<void> {
    if (tracks.some(({ id }) => id === this.track?.id) && !this.failed) {
      if (this.playing) this.#sound.pause();
      else await this.go();
      return;
    }
    await this.#begin(tracks);
  }

  async #begin([track, ...rest]: readonly Track[]): Promise<void> {
    if (!track) return;
    this.#rest = rest;
    this.track = track;
    this.failed = false;
    this.positionS = 0;
    this.lengthS = 0;
    this.#sound.src = track.src;
    const from = heard()[track.id] ?? 0;
    if (from > 0) this.#sound.addEventListener('loadedmetadata', () => this.#goOnAt(track, from), { once: true });
    const keys = navigator.mediaSession;
    if (keys)
      keys.metadata = new MediaMetadata({
        title: track.title,
        artist: track.source,
        artwork: [{ src: '/dan/icons/loa-512.png', sizes: '512x512', type: 'image/png' }],
      });
    await this.go();
  }

  async go(): Promise<void> {
    // Refused by the phone (no touch yet) or by the line: the button stays at "listen".
    await this.#sound.play().catch(() => undefined);
  }

  pause(): void {
    this.#sound.pause();
  }

  move(byS: number): void {
    this.#sound.currentTime = Math.max(0, Math.min(this.lengthS || Number.MAX_SAFE_INTEGER, this.#sound.currentTime + byS));
  }

  to(positionS: number): void {
    this.#sound.currentTime = positionS;
  }

  close(): void {
    this.#sound.pause();
    this.#sound.removeAttribute('src');
    this.#sound.load();
    this.track = undefined;
    this.failed = false;
  }

  #goOnAt(track: Track, fromS: number): void {
    if (this.track?.id === track.id && fromS < this.#sound.duration - 2) this.#sound.currentTime = fromS;
  }

  #tell(playing: boolean): void {
    this.playing = playing;
    if (navigator.mediaSession) navigator.mediaSession.playbackState = playing ? 'playing' : 'paused';
  }

  #place(): void {
    const { duration, currentTime, playbackRate } = this.#sound;
    if (!Number.isFinite(duration) || duration <= 0) return;
    navigator.mediaSession?.setPositionState?.({ duration, playbackRate, position: Math.min(currentTime, duration) });
  }

  #remember(positionS: number): void {
    const { track } = this;
    if (!track) return;
    const rest = Object.entries(heard()).filter(([id]) => id !== track.id);
    const all = [...rest, [track.id, Math.floor(positionS)] as const].slice(-keptMax);
    localStorage.setItem(keptKey, JSON.stringify(Object.fromEntries(all)));
  }
}

/** Where each was left, s. */
function heard(): Heard {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keptKey) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Heard) : {};
  } catch {
    return {};
  }
}

export function contextOf(player: Player): readonly [symbol, Player] {
  return [place, player];
}

export function usePlayer(): Player {
  return getContext<Player>(place);
}
