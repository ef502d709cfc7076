// The programs of the demo commune: one centre, its boxes, and the wires between them.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../hardware/host/files.ts';
import { findProgram, runTool } from '../../hardware/host/processes.ts';
import type { AmplifierLines } from './arguments.ts';
import { CentreRest } from './centre-rest.ts';
import { CuttableProxy } from './cuttable-proxy.ts';
import type { DemoFolder } from './demo-folder.ts';
import { type DemoBox, projectRoot } from './demo-texts.ts';
import { secretIn } from './empty-centre.ts';
import { Program } from './program.ts';

export interface DistrictOptions {
  readonly folder: DemoFolder;
  readonly port: number;
  readonly boxes: readonly DemoBox[];
  /** A real card for the first box with a loudspeaker. */
  readonly audio?: string;
  /** Real lines for its amplifier. */
  readonly gpio?: AmplifierLines;
  readonly say: (line: string) => void;
}

export interface LiveBox {
  readonly box: DemoBox;
  readonly program: Program;
  readonly wires: readonly CuttableProxy[];
  /** The one of them that carries orders. */
  readonly bus: CuttableProxy;
  page: string | undefined;
  /** Opens the acts of its page; a box that was enrolled without one has none. */
  readonly pin: string | undefined;
}

interface CentrePlace {
  readonly console: string;
  readonly boxPort: number;
  readonly mqttPort: number;
}

const restartAfterKillMs = 4_000;
const enrolWithinMs = 30_000;

export class District {
  readonly rest: CentreRest;
  readonly boxes: LiveBox[] = [];
  readonly #options: DistrictOptions;
  readonly #centre: Program;
  #place: CentrePlace | undefined;
  #mendAtMs = 0;
  #mendTimer: NodeJS.Timeout | undefined;

  constructor(options: DistrictOptions) {
    this.#options = options;
    this.rest = new CentreRest(() => this.place.console);
    this.#centre = new Program({
      name: 'trung-tam',
      logFile: options.folder.log('trung-tam'),
      // A restarted centre comes back where browsers look for it.
      args: () => [join(projectRoot, 'dist/controller.js'), '--data', options.folder.centre, ...this.#ports()],
      onReady: (line) => {
        this.#place = readPlace(line);
      },
      onLost: (exit, waitMs) => options.say(`✖ Trung tâm dừng (${exit.code ?? exit.signal}), chạy lại sau ${waitMs / 1000} s`),
    });
  }

  get place(): CentrePlace {
    if (!this.#place) throw new Error('the centre is not ready');
    return this.#place;
  }

  /** Make the data folder of the centre from the seed document. */
  async initialise(seed: unknown): Promise<void> {
    const args = [join(projectRoot, 'dist/controller.js'), 'init', '--data', this.#options.folder.centre];
    const done = await runTool(process.execPath, args, { timeoutMs: enrolWithinMs, input: JSON.stringify(seed) });
    if (!done.ok) throw new Error(done.problem.detail);
    this.#options.say(`  khóa được mã hóa bằng / keys are encrypted under ${secretIn(done.value.stdout)}`);
  }

  async startCentre(): Promise<void> {
    await this.#centre.start();
  }

  /** Enrol where needed, then start one box behind its own wires. */
  async startBox(box: DemoBox, claim: () => Promise<unknown>): Promise<LiveBox> {
    const dir = this.#options.folder.box(box.id);
    const https = new CuttableProxy(() => ({ host: '127.0.0.1', port: this.place.boxPort }));
    const mqtts = new CuttableProxy(() => ({ host: '127.0.0.1', port: this.place.mqttPort }));
    const [httpsPort, mqttsPort] = [await https.start(), await mqtts.start()];
    if (!existsSync(join(dir, 'identity/card.json'))) await this.#enrol(dir, await claim());
    await writeFileAtomic(
      join(dir, 'config.json'),
      // A real claim on this machine's own boot partition is none of a demo's business.
      `${JSON.stringify({ ...boxConfig(box, httpsPort, mqttsPort, this.#realDoors(box)), bootDir: join(dir, 'boot') }, null, 2)}\n`,
    );
    const live: LiveBox = {
      box,
      wires: [https, mqtts],
      bus: mqtts,
      page: undefined,
      pin: pinIn(join(dir, 'claim.json')),
      program: new Program({
        name: box.id,
        logFile: this.#options.folder.log(box.id),
        args: () => ['--max-semi-space-size=1', join(projectRoot, 'dist/guard.js'), '--data', dir],
        onReady: (line) => {
          live.page = String(line['page']);
        },
        // The guard ends a box that hangs, and starts it again by itself.
        onSaid: (line) => {
          if (line['event'] === 'silent') this.#options.say(`✖ ${box.name}: hộp treo, đã ngắt loa và đang khởi động lại`);
        },
        onLost: (exit, waitMs) => {
          live.page = undefined;
          this.#options.say(`✖ ${box.name}: hộp tắt đột ngột (${exit.code ?? exit.signal}), bật lại sau ${waitMs / 1000} s`);
        },
      }),
    };
    this.boxes.push(live);
    await live.program.start();
    return live;
  }

  /** Cut the wires of all boxes. They play on; what they owe arrives afterwards. */
  cutNetwork(forMs: number): void {
    for (const wire of this.boxes.flatMap(({ wires }) => wires)) wire.cut();
    this.#mendAtMs = Date.now() + forMs;
    clearTimeout(this.#mendTimer);
    this.#mendTimer = setTimeout(() => {
      for (const wire of this.boxes.flatMap(({ wires }) => wires)) wire.mend();
      this.#options.say('⇄ Mạng đã có lại; các hộp gửi bù biên nhận');
    }, forMs);
  }

  /** Milliseconds until the network is back, 0 when it is there. */
  get cutForMs(): number {
    return Math.max(0, this.#mendAtMs - Date.now());
  }

  killBox(id: string): boolean {
    const live = this.boxes.find(({ box }) => box.id === id);
    live?.program.killHard(restartAfterKillMs);
    return live !== undefined;
  }

  async stop(): Promise<void> {
    clearTimeout(this.#mendTimer);
    await Promise.all(this.boxes.map(({ program }) => program.stop()));
    await this.#centre.stop();
    for (const wire of this.boxes.flatMap(({ wires }) => wires)) wire.stop();
  }

  #realDoors(box: DemoBox): Pick<DistrictOptions, 'audio' | 'gpio'> {
    const first = this.#options.boxes.find(({ outputs }) => outputs.some(({ kind }) => kind === 'loudspeaker'));
    return box.id === first?.id ? this.#options : {};
  }

  #ports(): string[] {
    const { boxPort = 0, mqttPort = 0 } = this.#place ?? {};
    return ['--host', '127.0.0.1', '--port', String(this.#options.port), '--box-port', String(boxPort), '--mqtt-port', String(mqttPort)];
  }

  async #enrol(dir: string, claim: unknown): Promise<void> {
    const file = join(dir, 'claim.json');
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    await writeFileAtomic(file, JSON.stringify(claim), 0o600);
    const args = [join(projectRoot, 'dist/agent.js'), 'enrol', '--data', dir, '--claim', file];
    const done = await runTool(process.execPath, args, { timeoutMs: enrolWithinMs });
    if (!done.ok) throw new Error(done.problem.detail);
  }
}

/** Two crystals are never alike: the loudspeakers drift apart and are kept together. */
const crystalPpm: Readonly<Record<string, number>> = { 'loa-1': 40, 'loa-2': -35 };

function boxConfig(box: DemoBox, httpsPort: number, mqttsPort: number, { audio, gpio }: Pick<DistrictOptions, 'audio' | 'gpio'>): object {
  const board = box.outputs.some(({ kind }) => kind === 'board');
  const virtualOut = { kind: 'virtual', ppm: crystalPpm[box.id] ?? 0, rewinds: true, recordWav: 'loa.wav' };
  const chromium = findProgram('chromium') ?? findProgram('chromium-browser');
  return {
    page: { host: '127.0.0.1', port: 0 },
    audioOut: audio === undefined ? virtualOut : { kind: 'alsa', device: audio },
    ...(gpio && { board: boardOf(box, gpio) }),
    display: { kind: board ? (chromium ? 'chromium' : 'simulated') : 'none' },
    outputs: box.outputs,
    // Few boxes, and somebody who watches: no need to wait for minutes.
    reconnectMaxMs: 5_000,
    centreUrl: `https://127.0.0.1:${httpsPort}`,
    brokerUrl: `mqtts://127.0.0.1:${mqttsPort}`,
  };
}

function boardOf(box: DemoBox, { chip, relay1, relay2 }: AmplifierLines): unknown {
  const loudspeaker = box.outputs.find(({ kind }) => kind === 'loudspeaker');
  return { kind: 'gpio-chardev', chip, relays: { [loudspeaker?.id ?? 'main']: { relay1, relay2 } } };
}

function readPlace(line: Readonly<Record<string, unknown>>): CentrePlace {
  return { console: String(line['console']), boxPort: Number(line['boxPort']), mqttPort: Number(line['mqttPort']) };
}

function pinIn(claimFile: string): string | undefined {
  if (!existsSync(claimFile)) return undefined;
  return (JSON.parse(readFileSync(claimFile, 'utf8')) as { pin?: string }).pin;
}
