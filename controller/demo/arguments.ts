// What the command line asks of `npm start`.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bad, ok, type Result } from '../../schemas/problems.ts';

/** A chip (its label, or its path) and the lines of an amplifier's two relays. */
export interface AmplifierLines {
  readonly chip: string;
  readonly relay1: number;
  readonly relay2: number;
}

export interface DemoArguments {
  readonly dataDir: string;
  readonly port: number;
  readonly demo: boolean;
  readonly reset: boolean;
  readonly play: string | undefined;
  /** The seed of a real centre, with `--no-demo`. */
  readonly seed: string | undefined;
  /** The sound card of the first loudspeaker; every output is simulated unless it is named. */
  readonly audio: string | undefined;
  /** Lines for the amplifier of the first loudspeaker; simulated unless named. */
  readonly gpio: AmplifierLines | undefined;
  readonly help: boolean;
}

/** The card itself; the box refuses layers that hide the position. */
const cardPattern = /^(hw:)?[A-Za-z0-9_=,-]{1,60}$/;
/** `pinctrl-bcm2711:17,27`; the lines of many relay cards unless said. */
const linesPattern = /^([A-Za-z0-9_./-]{1,60})(?::(\d{1,4}),(\d{1,4}))?$/;
const usualLines = { relay1: 17, relay2: 27 } as const;

export const usage = `Loa – trình diễn một xã trên một máy / a district on one machine

  npm start                          trung tâm, hai cụm loa, một bảng tin / centre, two loudspeakers, one e-board
  npm start -- --play FILE           phát tệp âm thanh này tới mọi loa ngay / play this audio file to every box now
  npm start -- --data DIR            thư mục dữ liệu (data/demo) / where everything is kept
  npm start -- --port N              cổng của trang trình diễn (8080) / port of the stage page
  npm start -- --no-demo             chỉ trung tâm điều hành, chưa có gì / an empty operating centre, no demo
       … --seed FILE                 đơn vị, địa bàn, tài khoản, quy chế / its unit, area, accounts and policy (JSON)
  npm start -- --audio DEVICE        loa đầu tiên phát ra card âm thanh này / the first loudspeaker plays through this card (hw:CARD=ID)
  npm start -- --gpio CHIP[:17,27]   ampli của loa đầu tiên trên hai chân GPIO thật / its amplifier on two real GPIO lines
  npm start -- --reset               xóa dữ liệu trình diễn rồi bắt đầu lại / forget the demo and begin again
  npm start -- --yes                 không hỏi trước khi cài gói / do not ask before installing packages
  npm start -- --help

Hardware is simulated unless named: nothing is switched and no sound card is opened; cards found are only printed. LOA_PACKAGES=no leaves system packages alone.
Ctrl-C dừng tất cả / stops everything; a second start continues where it was.
`;

/** Read the arguments. Problem: bad-input. */
export function readDemoArguments(argv: readonly string[], root: string): Result<DemoArguments> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        port: { type: 'string' },
        play: { type: 'string' },
        'no-demo': { type: 'boolean' },
        seed: { type: 'string' },
        audio: { type: 'string' },
        gpio: { type: 'string' },
        reset: { type: 'boolean' },
        yes: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (positionals.length > 0) return bad('bad-input', `không hiểu / not understood: ${positionals.join(' ')}`);
    const port = Number(values.port ?? '8080');
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return bad('bad-input', `--port ${values.port}: 0 – 65535`);
    const demo = values['no-demo'] !== true;
    if (values.audio !== undefined && !cardPattern.test(values.audio))
      return bad('bad-input', `--audio ${values.audio}: tên card / the card itself, hw:CARD=ID (aplay -l)`);
    const gpio = values.gpio === undefined ? undefined : amplifierLines(values.gpio);
    if (values.gpio !== undefined && gpio === undefined)
      return bad(
        'bad-input',
        `--gpio ${values.gpio}: chip và hai chân khác nhau / a chip and two different lines, CHIP:17,27 (gpiodetect)`,
      );
    return ok({
      dataDir: values.data === undefined ? resolve(root, demo ? 'data/demo' : 'data/centre') : resolve(values.data),
      port,
      demo,
      reset: values.reset === true,
      play: values.play === undefined ? undefined : resolve(values.play),
      audio: values.audio,
      gpio,
      seed: values.seed === undefined ? undefined : resolve(values.seed),
      help: values.help === true,
    });
  } catch (error) {
    return bad('bad-input', (error as Error).message);
  }
}

function amplifierLines(text: string): AmplifierLines | undefined {
  const [, chip, first, second] = linesPattern.exec(text) ?? [];
  if (chip === undefined) return undefined;
  const lines = first === undefined ? usualLines : { relay1: Number(first), relay2: Number(second) };
  return lines.relay1 === lines.relay2 ? undefined : { chip, ...lines };
}
