// `loa-controller cap check FILE…`: one verdict line a file, so that people can hold their own CAP messages against the gateway's rules.
import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { findXmlVerifier } from '../../../hardware/host/xml-signature.ts';
import { parseJson } from '../../../schemas/parse.ts';
import { bad, ok, type Result } from '../../../schemas/problems.ts';
import { type Checked, checkMessage } from './check.ts';
import { readDate } from './forms.ts';
import { capBytesMax } from './gate.ts';
import { emptyHistory } from './history.ts';
import { CapSettings } from './sources.ts';
import { oneLine, verdict } from './verdict-codes.ts';

export const capUsage = `CAP 1.2 messages held against the rules of the gateway. Reads the files and nothing else; writes and sends nothing.

  cap check FILE… [--now DATE] [--sources FILE] [--json]

One line a file, in the order given, which is also the order of arrival (a Cancel ends what came before it):

  accept|hold|reject|ignore  CODE  REASON  FILE

  accept  may be acted on           ignore  understood, nothing to do
  hold    a person has to decide    reject  not to be believed, or not CAP 1.2

  --now DATE      judge as of 2026-11-23T05:30:00+07:00 (Z may stand for the offset) instead of the clock
  --sources FILE  JSON {sources: [{id, senders, signature, signers, superiorTo, exercises}], area: {places, otherSystems, elsewhere}}
  --json          one JSON object a line instead, with the notes

Without --sources every sender is believed to be who it says it is: signatures are not asked for and not verified, exercises are held,
and areas are checked for their form only, for no places are known here. The codes are listed in controller/docs/cap.md.

Exit code: 0 when nothing was rejected, 1 when a file was, 2 for wrong usage.
`;

const settingsBytesMax = 16 * 1024 * 1024;
const filesMax = 100_000;
const anySender: CapSettings = { sources: [{ id: 'any' }] };

export interface CapRun {
  readonly print: (line: string) => void;
  readonly complain: (text: string) => void;
  readonly nowMs: number;
}

interface Wish {
  readonly files: readonly string[];
  readonly nowMs: number;
  readonly settings: CapSettings;
  readonly json: boolean;
}

/** Answers the exit code. */
export async function runCap(argv: readonly string[], run: CapRun): Promise<0 | 1 | 2> {
  const wish = await readWish(argv, run.nowMs);
  if (!wish.ok) {
    run.complain(wish.problem.detail);
    return 2;
  }
  if (wish.value === 'help') {
    run.print(capUsage.trimEnd());
    return 0;
  }
  const { files, json, ...options } = wish.value;
  const verifier = findXmlVerifier();
  let history = emptyHistory;
  let rejected = false;
  for (const file of files) {
    const checked = await checkFile(file, { ...options, history, verifier });
    history = checked.history;
    rejected ||= checked.verdict.is === 'reject';
    run.print(json ? jsonLine(file, checked) : textLine(file, checked));
  }
  return rejected ? 1 : 0;
}

async function readWish(argv: readonly string[], clockMs: number): Promise<Result<Wish | 'help'>> {
  let read: ReturnType<typeof readWords>;
  try {
    read = readWords(argv);
  } catch (error) {
    return bad('bad-input', `${error instanceof Error ? error.message : error}; "cap check --help" says how`);
  }
  const { values, positionals } = read;
  if (values.help) return ok('help');
  const [word, ...files] = positionals;
  if (word !== 'check' || files.length === 0 || files.length > filesMax)
    return bad('bad-input', `cap check FILE…, at most ${filesMax} files; "cap check --help" says how`);
  const nowMs = values.now === undefined ? clockMs : readDate(values.now.replace(/(\.\d+)?Z$/, '-00:00'));
  if (nowMs === undefined) return bad('bad-input', `--now ${values.now} is no date like 2026-11-23T05:30:00+07:00`);
  const settings = values.sources === undefined ? ok(anySender) : await readSettings(values.sources);
  return settings.ok ? ok({ files, nowMs, settings: settings.value, json: values.json ?? false }) : settings;
}

function readWords(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { now: { type: 'string' }, sources: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
}

async function readSettings(path: string): Promise<Result<CapSettings>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return bad('bad-input', `--sources ${path}: ${error instanceof Error ? error.message : error}`);
  }
  const settings = parseJson(CapSettings, text, settingsBytesMax);
  return settings.ok ? settings : bad('bad-input', `--sources ${path} ${settings.problem.path}: ${settings.problem.detail}`);
}

async function checkFile(path: string, options: Parameters<typeof checkMessage>[1]): Promise<Checked> {
  const bytes = await readBounded(path);
  if (typeof bytes !== 'string') return checkMessage(bytes, options);
  return { verdict: verdict('file-unreadable', bytes), history: options.history, ends: [], covers: undefined, notes: [] };
}

/** A regular file, and of it no more than the gate needs to see that it is too large; else the reason. */
async function readBounded(path: string): Promise<Uint8Array | string> {
  let handle: FileHandle | undefined;
  try {
    // O_NONBLOCK: opening a pipe must not wait for somebody to write to it.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await handle.stat()).isFile()) return 'no regular file';
    const bytes = new Uint8Array(capBytesMax + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === bytes.length) return bytes.subarray(0, length);
    }
  } catch (error) {
    return error instanceof Error ? error.message : 'cannot be read';
  } finally {
    await handle?.close();
  }
}

function textLine(file: string, { verdict: { is, code, reason } }: Checked): string {
  return [is, code, reason || '-', oneLine(file)].join('  ');
}

function jsonLine(file: string, { verdict: found, alert, ends, covers, notes }: Checked): string {
  const name = alert && { sender: alert.sender, identifier: alert.identifier, sent: alert.sent };
  const { is, ...rest } = found;
  return JSON.stringify({ file, verdict: is, ...rest, ...name, status: alert?.status, msgType: alert?.msgType, ends, covers, notes });
}
