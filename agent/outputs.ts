// The box's outputs as they stand behind their ids: a loudspeaker with converter and relays, or a board with its screen.
// LONG: one door to every output; each question and act about one stands here once, and is a line or two.
import { join } from 'node:path';
import { VirtualDac } from '../hardware/audio-out/virtual-dac.ts';
import { WavRecorder, wavPath } from '../hardware/audio-out/wav-recorder.ts';
import type { AudioOut, Heard } from '../hardware/audio-out.ts';
import type { Board, BoardInput } from '../hardware/board.ts';
import type { Display, Frame, Page, Surround } from '../hardware/display.ts';
import type { AudioTools } from '../hardware/host/audio-tools.ts';
import { problemOf } from '../hardware/host/failure.ts';
import { SimulatedLoudspeaker } from '../hardware/loudspeaker.ts';
import { makeAudioOut } from '../hardware/open-audio-out.ts';
import type { DisplayMemory } from '../hardware/open-display.ts';
import { SimulatedBoard } from '../hardware/simulated-board.ts';
import type { Problem, Result } from '../schemas/problems.ts';
import type { Film } from '../schemas/programme.ts';
import { type Output, sounds } from '../schemas/settings.ts';
import { BoardPlayer, type BoardPlayerOptions } from './board-player.ts';
import { Boards } from './boards.ts';
import { type AgentConfig, audioOutSettings } from './config.ts';
import type { Action, BeaconPattern, Event, PlayAction } from './core/model.ts';
import type { Ear } from './ear/ear.ts';
import { earAt } from './ear/ear-at.ts';
import { LevelTaps } from './level-tap.ts';
import type { LiveFeed } from './live/feed.ts';
import type { Logger } from './log.ts';
import { Player } from './player/player.ts';
import type { OwnSirens } from './player/siren-set.ts';
import type { Clock } from './ports.ts';

const feedWatchdogEveryMs = 2_000;

export interface OutputsOptions {
  readonly config: AgentConfig;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly tools: AudioTools;
  readonly pathOf: (sha256: string) => string | undefined;
  readonly heldBytes?: (sha256: string) => Uint8Array | undefined;
  readonly readPage: (sha256: string) => Promise<Result<Page>>;
  readonly speak: (text: string, language: string) => Promise<Result<Buffer>>;
  readonly liveFeed?: (session: string) => LiveFeed | undefined;
  readonly doubt?: (sha256: string) => void;
  readonly openDisplay: (memory: DisplayMemory) => Promise<Display | undefined>;
  readonly filmAt?: BoardPlayerOptions['filmAt'];
  readonly orderPage: BoardPlayerOptions['orderPage'];
  readonly safePage: () => Page;
  readonly surround?: () => Surround;
  readonly log: Logger;
}

interface Speaker {
  readonly kind: 'loudspeaker';
  readonly board: Board;
  /** Virtual outputs only: nobody can listen into a real card. */
  readonly heard: Heard | undefined;
  readonly player: Player;
  readonly recorder: WavRecorder | undefined;
  /** Only where a microphone stands at the horn. */
  readonly ear: Ear | undefined;
}

interface Screen {
  readonly kind: 'board';
  readonly player: BoardPlayer;
  readonly display: Display;
}

type Tell = (event: Event) => void;

export class Outputs {
  readonly #options: OutputsOptions;
  /** How loud the loudspeakers are fed; noted only where a meter is compared with it. */
  readonly levels = new LevelTaps();
  readonly #rigs = new Map<string, Speaker | Screen>();
  #progressEveryMs = 5_000;
  #sirens: OwnSirens = {};
  #boards: Boards | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #tell: Tell | undefined;
  #preparing: Promise<void> = Promise.resolve();

  constructor(options: OutputsOptions) {
    this.#options = options;
  }

  /** Prepare those that do not stand yet. One after another; what fails is told as `outputFailed`. */
  ensure(outputs: readonly Output[], tell: Tell): Promise<void> {
    this.#tell = tell;
    this.#preparing = this.#preparing.then(async () => {
      for (const output of outputs) {
        if (this.#rigs.has(output.id)) continue;
        if (sounds(output.kind)) await this.#openSpeaker(output.id, tell);
        else await this.#openScreen(output.id, tell);
      }
    });
    return this.#preparing;
  }

  /** Recordings of the operator's in place of the standard sirens, from now on. */
  replaceSirens(own: OwnSirens): void {
    this.#sirens = own;
    for (const rig of this.#rigs.values()) if (rig.kind === 'loudspeaker') rig.player.replaceSirens(own);
  }

  /** Films that orders will name are looked over one by one: the first order of a boot waits for none. */
  async lookOverFilms(films: readonly Film[]): Promise<void> {
    for (const { sha256 } of films) await this.#options.filmAt?.(sha256);
  }

  /** For outputs opened from now on. */
  setProgressEvery(progressEveryMs: number): void {
    this.#progressEveryMs = progressEveryMs;
  }

  play(action: PlayAction, tell: Tell): void {
    const rig = this.#rigs.get(action.output);
    if (rig) {
      const ear = rig.kind === 'loudspeaker' ? rig.ear : undefined;
      rig.player.play(action, ear?.watch(action, tell) ?? tell);
      return;
    }
    const problem: Problem = { code: 'device-failed', path: '', detail: `no output ${action.output} on this box` };
    const endedMs = Math.round(this.#options.clock.now().wallMs);
    tell({ is: 'playbackEnded', output: action.output, attempt: action.attempt, how: 'failed', audibleMs: 0, endedMs, problem });
  }

  stopPlaying({ output, attempt, fadeMs, leave }: Extract<Action, { do: 'stop' }>): void {
    const rig = this.#rigs.get(output);
    if (rig?.kind === 'loudspeaker') rig.player.stopPlaying(attempt, fadeMs);
    else rig?.player.stopPlaying(attempt, leave);
  }

  /** The player of a board; undefined while it does not stand. */
  board(output: string): BoardPlayer | undefined {
    const rig = this.#rigs.get(output);
    return rig?.kind === 'board' ? rig.player : undefined;
  }

  /** A box with a board alone may have a beacon too. */
  async flashBeacon(pattern: BeaconPattern): Promise<void> {
    if (this.#tell) this.#boards ??= this.#makeBoards(this.#tell);
    await this.#boards?.flashBeacon(pattern);
  }

  async switchFan(on: boolean, tell: Tell): Promise<void> {
    this.#boards ??= this.#makeBoards(this.#tell ?? tell);
    const is = await this.#boards.switchFan(on);
    if (is !== null) tell({ is: 'fanSeen', percent: is ? 100 : 0 });
  }

  async switchAmplifier({ output, attempt, on }: Extract<Action, { do: 'switchAmplifier' }>, tell: Tell): Promise<void> {
    // No plan named it yet: an order before the first plan must find its loudspeaker all the same.
    if (!this.#rigs.has(output)) await this.ensure([{ id: output, kind: 'loudspeaker' }], tell);
    const rig = this.#rigs.get(output);
    if (rig?.kind !== 'loudspeaker') {
      tell({ is: 'amplifierSwitched', output, attempt, on, problem: { code: 'not-found', path: '', detail: `no amplifier ${output}` } });
      return;
    }
    if (!on) rig.player.hush();
    const { superseded, problem } = await rig.board.switchAmplifier(output, on);
    if (!superseded) tell({ is: 'amplifierSwitched', output, attempt, on, ...(problem && { problem }) });
  }

  /** What people would hear at a loudspeaker; the first one unless named. */
  heard(output?: string): Heard | undefined {
    for (const [id, rig] of this.#rigs) if (rig.kind === 'loudspeaker' && (output === undefined || id === output)) return rig.heard;
    return undefined;
  }

  loudspeakers(): string[] {
    return [...this.#rigs].filter(([, rig]) => rig.kind === 'loudspeaker').map(([id]) => id);
  }

  /** Outputs with a microphone at their horn. */
  ears(): { readonly output: string; readonly calibratedMs: number | null }[] {
    return [...this.#rigs].flatMap(([output, rig]) =>
      rig.kind === 'loudspeaker' && rig.ear ? [{ output, calibratedMs: rig.ear.calibratedMs }] : [],
    );
  }

  relays(output: string): { readonly relay1: boolean; readonly relay2: boolean } | undefined {
    const rig = this.#rigs.get(output);
    return rig?.kind === 'loudspeaker' ? rig.board.amplifier(output) : undefined;
  }

  /** Is this output, or each of them, being fed? Nothing to feed is well too. */
  pumps(output?: string): boolean {
    const rigs = [...this.#rigs].filter(([id]) => output === undefined || id === output);
    return rigs.every(([, rig]) => rig.kind !== 'loudspeaker' || rig.player.pumps());
  }

  /** Work an input of a simulated board, as a hand or the mains would. False where the board is real. */
  press(input: BoardInput, on: boolean): boolean {
    return this.#boards?.press(input, on) ?? false;
  }

  /** What the first board shows, as it was last painted. */
  shown(): Frame | undefined {
    return this.#screen()?.player.shown();
  }

  /** The display behind a board. */
  display(output: string): Display | undefined {
    const rig = this.#rigs.get(output);
    return rig?.kind === 'board' ? rig.display : undefined;
  }

  async screenshot(): Promise<Uint8Array | undefined> {
    return this.#screen()?.display.screenshot();
  }

  /** Silence first, then relays, then devices. */
  async stop(): Promise<void> {
    clearInterval(this.#watchdog);
    await this.#preparing;
    const rigs = [...this.#rigs.values()];
    const speakers = rigs.filter((rig) => rig.kind === 'loudspeaker');
    for (const rig of speakers) rig.ear?.stop();
    await Promise.all(speakers.map((rig) => rig.player.stop()));
    await this.#boards?.stop();
    await Promise.all(rigs.map((rig) => (rig.kind === 'loudspeaker' ? rig.recorder?.stop() : rig.player.stop())));
  }

  #screen(): Screen | undefined {
    for (const rig of this.#rigs.values()) if (rig.kind === 'board') return rig;
    return undefined;
  }

  async #openSpeaker(id: string, tell: Tell): Promise<void> {
    const { config, clock, tools, pathOf, heldBytes, speak, log, dataDir, liveFeed, doubt } = this.#options;
    const audioOut = await this.#makeAudioOut(id, tell);
    if (!audioOut) return;
    this.#boards ??= this.#makeBoards(tell);
    const board = await this.#boards.of(id);
    const audible = audioOut instanceof VirtualDac && board instanceof SimulatedBoard;
    const heard = audible ? new SimulatedLoudspeaker(audioOut, board, id) : undefined;
    const recordWav = config.audioOut.kind === 'virtual' ? config.audioOut.recordWav : undefined;
    const ear = earAt(id, this.#options, heard, (near) => this.heard(near));
    const fed = config.meter ? this.levels.tap(audioOut) : audioOut;
    const player = new Player({
      output: id,
      audioOut: ear?.tap(fed) ?? fed,
      clock,
      tools,
      pathOf,
      heldBytes,
      speak,
      log,
      progressEveryMs: this.#progressEveryMs,
      ...(liveFeed && { liveFeed }),
      ...(doubt && { doubt }),
    });
    player.replaceSirens(this.#sirens);
    const onProblem = (problem: Problem) => log.warn({ event: 'recordingFailed', problem });
    const recorder =
      !heard || recordWav === undefined
        ? undefined
        : new WavRecorder(heard, { path: wavPath(dataDir, recordWav, id, this.#rigs.size), onProblem });
    await recorder?.start();
    this.#rigs.set(id, { kind: 'loudspeaker', board, heard, player, recorder, ear });
    this.#watchdog ??= setInterval(() => this.#boards?.feed((of) => this.pumps(of)), feedWatchdogEveryMs);
    await player.start(tell);
  }

  #makeBoards(tell: Tell): Boards {
    const { config, log } = this.#options;
    return new Boards({
      config,
      onInput: (input, on) => tell({ is: 'inputChanged', input, on }),
      onLost: (output, problem) => tell({ is: 'amplifierLost', output, problem }),
      onTrouble: (problem) => log.warn({ event: 'boardFailed', board: config.board.kind, problem }),
    });
  }

  /** A driver that this machine lacks is told; the box lives on without that loudspeaker. */
  async #makeAudioOut(id: string, tell: Tell): Promise<AudioOut | undefined> {
    try {
      return await makeAudioOut(audioOutSettings(this.#options.config));
    } catch (error) {
      const problem = problemOf(error);
      this.#options.log.warn({ event: 'outputFailed', output: id, problem });
      tell({ is: 'outputFailed', output: id, problem });
      return undefined;
    }
  }

  async #openScreen(id: string, tell: Tell): Promise<void> {
    const { clock, readPage, filmAt, orderPage, safePage, surround, openDisplay, dataDir, log } = this.#options;
    const display = await openDisplay({
      strikesFile: join(dataDir, 'board-strikes.json'),
      onBlackListed: (sha256) => log.warn({ event: 'bulletinBlackListed', sha256 }),
      onTrouble: (problem) => log.warn({ event: 'displayFell', output: id, problem }),
    });
    if (!display) {
      tell({ is: 'outputFailed', output: id, problem: { code: 'driver-missing', path: '', detail: 'this box has no display' } });
      return;
    }
    const pages = { readPage, filmAt, orderPage, safePage, ...(surround && { surround }) };
    const warn = (detail: string) => log.warn({ event: 'boardTrouble', output: id, detail });
    const player = new BoardPlayer({ output: id, display, clock, ...pages, progressEveryMs: this.#progressEveryMs, warn });
    this.#rigs.set(id, { kind: 'board', player, display });
    // A browser takes seconds to start: neither the plan nor the loudspeakers wait for it.
    player.start(tell).catch((error: unknown) => {
      tell({ is: 'outputFailed', output: id, problem: problemOf(error, 'device-failed') });
    });
  }
}
