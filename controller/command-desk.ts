// Commands to boxes: signed, sent once, worthless after ten minutes; their results come back as rows, pictures through the boxes' door.
import { join } from 'node:path';
import * as v from 'valibot';
import { randomId, sha256 } from '../hardware/host/crypto.ts';
import { readIfPresent, writeFileAtomic } from '../hardware/host/files.ts';
import type { CommandAnswer, PictureAnswer } from '../schemas/board-api.ts';
import { type Command, type Screenshot, screenshotMax } from '../schemas/command.ts';
import { Sha256 } from '../schemas/ids.ts';
import { Entry } from '../schemas/outbox.ts';
import { parseJson } from '../schemas/parse.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import { buildTopic } from '../schemas/topics.ts';
import type { Publish } from './dispatch.ts';
import type { SigningDesk } from './provision/signing-desk.ts';
import type { Act, AuditStore, LogStore } from './store/store.ts';

/** As long as the signature on a command holds. */
export const commandLivesMs = 10 * 60_000;
const pictureEveryMs = 10_000;
const rememberedMax = 20;
const rowsRead = 40;
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const Kept = v.strictObject({ command: v.string(), takenMs: v.number(), sha256: Sha256 });

interface Given {
  readonly id: string;
  readonly command: Command;
  readonly by: string;
  readonly givenMs: number;
  pictureCame: boolean;
}

export interface CommandDeskOptions {
  readonly desk: SigningDesk;
  readonly publish: Publish;
  readonly log: Pick<LogStore, 'rows'>;
  readonly audit: Pick<AuditStore, 'append'>;
  /** Pictures of boards, the last of each. */
  readonly folder: string;
  readonly nowMs: () => number;
}

/** What was given is remembered while this process runs; rows and pictures stay. */
export class CommandDesk {
  readonly #options: CommandDeskOptions;
  readonly #given = new Map<string, Given[]>();

  constructor(options: CommandDeskOptions) {
    this.#options = options;
  }

  /** Audited first (and kept by `keep`, where it must survive us), then signed and sent. Answers its id. Problems: too-many-requests, those of signing. */
  async give(
    dev: string,
    command: Command,
    by: string,
    act: (id: string) => Act,
    keep?: (id: string) => Promise<void>,
  ): Promise<Result<{ readonly id: string }>> {
    const { desk, publish, audit, nowMs } = this.#options;
    const given = this.#given.get(dev) ?? [];
    const last = given.find((one) => one.command.do === 'screenshot');
    if (command.do === 'screenshot' && last && nowMs() < last.givenMs + pictureEveryMs)
      return bad('too-many-requests', `one picture of ${dev} in ${pictureEveryMs / 1000} s`);
    const id = randomId('cmd');
    this.#given.set(dev, [{ id, command, by, givenMs: nowMs(), pictureCame: false }, ...given].slice(0, rememberedMax));
    await audit.append(act(id));
    await keep?.(id);
    const [signed] = await desk.sign([{ typ: 'command', aud: `d/${dev}`, body: command, id }]);
    const topic = buildTopic({ of: 'box', id: dev, direction: 'dn', word: 'cmd' });
    if (signed) await publish(topic, JSON.stringify(signed.envelope), { qos: 1, retain: false });
    return ok({ id });
  }

  /** Newest first; without a row of the box a command is only sent, and after its time lost. */
  async commands(dev: string): Promise<CommandAnswer[]> {
    const results = await this.results(dev);
    const nowMs = this.#options.nowMs();
    return (this.#given.get(dev) ?? []).map(({ id, command, by, givenMs }): CommandAnswer => {
      const told = results.get(id);
      const unanswered = nowMs < givenMs + commandLivesMs ? 'sent' : 'lost';
      return {
        id,
        command,
        by,
        givenMs,
        state: told?.state ?? unanswered,
        detail: told?.detail ?? '',
        proof: told?.proof ?? null,
        picture: told?.picture ?? null,
      };
    });
  }

  /** A picture that a box hands in for a command it was given. Problems: not-found, too-large, wrong-type, hash-mismatch. */
  async takePicture(dev: string, command: string, bytes: Buffer, said: unknown): Promise<Result<void>> {
    const given = this.#given.get(dev)?.find(({ id }) => id === command);
    const nowMs = this.#options.nowMs();
    if (given?.command.do !== 'screenshot' || given.pictureCame || nowMs > given.givenMs + commandLivesMs)
      return bad('not-found', 'no picture was asked for under this command');
    if (bytes.length > screenshotMax.bytes) return bad('too-large', `${bytes.length} bytes`);
    if (!bytes.subarray(0, png.length).equals(png)) return bad('wrong-type', 'not a PNG picture');
    const found = sha256(bytes);
    if (found !== said) return bad('hash-mismatch', `the picture is ${found}`);
    given.pictureCame = true;
    await writeFileAtomic(this.#path(dev, 'png'), bytes);
    const kept = { command, takenMs: nowMs, sha256: found } satisfies v.InferOutput<typeof Kept>;
    await writeFileAtomic(this.#path(dev, 'json'), Buffer.from(JSON.stringify(kept)));
    return ok(undefined);
  }

  /** The last picture of a board, and whether the box signed a row that names these very bytes. */
  async picture(dev: string): Promise<PictureAnswer | null> {
    const text = await readIfPresent(this.#path(dev, 'json'));
    const kept = text && parseJson(Kept, text.toString('utf8'));
    if (!kept?.ok) return null;
    const { command, takenMs, sha256: name } = kept.value;
    const told = (await this.results(dev)).get(command)?.picture;
    const signed = told?.sha256 === name;
    return { command, takenMs, sha256: name, signed, nearlyBlack: signed ? told.nearlyBlack : null };
  }

  async pictureBytes(dev: string): Promise<Buffer | undefined> {
    return readIfPresent(this.#path(dev, 'png'));
  }

  #path(dev: string, ending: 'png' | 'json'): string {
    return join(this.#options.folder, `${dev}.${ending}`);
  }

  /** What a box said of its newest commands, whoever gave them and when. */
  async results(dev: string): Promise<ReadonlyMap<string, CommandResult>> {
    const rows = await this.#options.log.rows({ dev, kind: 'command', limit: rowsRead });
    const results = new Map<string, CommandResult>();
    for (const { entry } of rows) {
      const read = parseJson(Entry, entry);
      if (!read.ok || read.value.fact.kind !== 'command') continue;
      const { command, ...result } = read.value.fact;
      results.set(command, result);
    }
    return results;
  }
}

export interface CommandResult {
  readonly state: 'done' | 'failed' | 'refused';
  readonly detail: string;
  readonly proof?: 'sent' | 'confirmed' | undefined;
  readonly picture?: Screenshot | undefined;
}
