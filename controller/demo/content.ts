// Puts the demo's content into the centre as its people would: one uploads and schedules, another approves.
import { readFile } from 'node:fs/promises';
import type { MediaAnswer, ProgrammeAnswer, ScheduleAnswer } from '../../schemas/api.ts';
import type { Policy } from '../../schemas/policy.ts';
import { type CentreRest, Refusal, type Session } from './centre-rest.ts';
import { audioFile, readBoards, readProgrammeTexts } from './demo-texts.ts';
import { boardRound, localDateTime, type SoundProgramme, soundProgrammes, welcomeMs, welcomePlays, zone } from './welcome-plan.ts';

export interface People {
  /** Writes and schedules. */
  readonly author: Session;
  readonly approver: Session;
  readonly administrator: Session;
}

const signals: Readonly<Record<string, string>> = {
  'chao-mung': 'Lời chào (giọng máy)',
  'nhac-hieu': 'Nhạc hiệu',
  chuong: 'Chuông',
};

export class Content {
  readonly #rest: CentreRest;
  readonly people: People;
  readonly #items = new Map<string, string>();

  constructor(rest: CentreRest, people: People) {
    this.#rest = rest;
    this.people = people;
  }

  /** Programme by its demo id; uploads, submits and approves what is not there yet. Undefined: this machine can prepare none of it. */
  async soundProgramme(wanted: SoundProgramme): Promise<string | undefined> {
    const known = await this.#approved(wanted.title);
    if (known) return known;
    const items: string[] = [];
    for (const file of wanted.files) {
      const item = await this.#audio(file);
      if (item !== undefined) items.push(item);
    }
    if (items.length === 0) return undefined;
    if (items.length === wanted.files.length) return this.#publish(wanted.title, 'audio', items);
    // Without ffmpeg only the WAV can be prepared: it is short, so it is said five times.
    const short = `${wanted.title} (máy này thiếu ffmpeg)`;
    return (await this.#approved(short)) ?? this.#publish(short, 'audio', Array.from({ length: 5 }, () => items).flat());
  }

  async boardProgramme(): Promise<string> {
    const title = 'Bảng tin xã Sơn Dương';
    const known = await this.#approved(title);
    if (known) return known;
    const boards = new Map(readBoards().map((board) => [board.id, board]));
    const items: string[] = [];
    for (const { id, durationMs } of boardRound) {
      const board = boards.get(id);
      if (!board) throw new Error(`no bulletin ${id}`);
      const made = await this.#rest.post<MediaAnswer>(this.people.author, '/bulletins', {
        title: board.title,
        html: board.html,
        durationMs,
      });
      items.push(made.sha256);
    }
    return this.#publish(title, 'bulletin', items);
  }

  /** A person's own file, as a priority programme to every loudspeaker. Answers its length. */
  async playNow(path: string, name: string, atMs: number): Promise<number> {
    const item = await this.#upload(await readFile(path), name.slice(0, 120));
    const programme = await this.#publish(name.slice(0, 120), 'audio', [item.sha256], 'priority');
    await this.permit(atMs - 1_000, atMs + item.durationMs + welcomeMs, `Trình diễn: phát ${name}`.slice(0, 200));
    await this.schedule({ programme, groups: loudspeakers, class: 'priority', start: localDateTime(atMs), zone });
    return item.durationMs;
  }

  /** Sound is allowed in this span whatever the hour; permits that have passed are taken out. */
  async permit(fromMs: number, untilMs: number, reason: string): Promise<void> {
    const policy = await this.#rest.get<Policy>(this.people.administrator, '/policy');
    const nowMs = Date.now();
    const permits = policy.permits.filter((permit) => permit.untilMs > nowMs - 3600_000).slice(-10);
    if (permits.some((permit) => permit.fromMs <= fromMs && permit.untilMs >= untilMs)) return;
    await this.#rest.put(this.people.administrator, '/policy', {
      ...policy,
      permits: [...permits, { fromMs: Math.round(fromMs), untilMs: Math.round(untilMs), reason }],
    });
  }

  schedule(wish: Readonly<Record<string, unknown>>): Promise<ScheduleAnswer> {
    return this.#rest.post<ScheduleAnswer>(this.people.author, '/schedules', wish);
  }

  /** What the first minute needs; the rest is made while it sounds. */
  async prepareWelcome(): Promise<void> {
    await Promise.all([this.soundProgramme(soundProgrammes[0]), this.boardProgramme()]);
  }

  /** The first programme and the board, at `firstMs`; sound is allowed for a quarter of an hour from then. */
  async welcome(firstMs: number): Promise<void> {
    const [sound, board] = [await this.soundProgramme(soundProgrammes[0]), await this.boardProgramme()];
    await this.permit(firstMs - 15_000, firstMs + welcomeMs, 'Trình diễn: khung giờ chào mừng');
    const start = localDateTime(firstMs);
    if (sound) await this.schedule({ programme: sound, groups: loudspeakers, start, zone });
    await this.schedule({ programme: board, groups: ['bang-tin'], start, zone, repeat: { times: 5, gapMs: 0 } });
  }

  /** What follows in the quarter of an hour. */
  async followUp(firstMs: number): Promise<void> {
    for (const { programme, atMs } of welcomePlays.slice(1)) {
      const wanted = soundProgrammes.find(({ id }) => id === programme);
      if (!wanted) throw new Error(`no programme ${programme}`);
      const sound = await this.soundProgramme(wanted);
      if (sound) await this.schedule({ programme: sound, groups: loudspeakers, start: localDateTime(firstMs + atMs), zone });
    }
  }

  /** Mornings and evenings, and the board all day: what a real commune would have. */
  async everyDay(firstMs: number): Promise<void> {
    const day = localDateTime(firstMs).slice(0, 8);
    const news = await this.soundProgramme(soundProgrammes[0]);
    const farm = await this.soundProgramme(soundProgrammes[2]);
    if (news) await this.schedule({ programme: news, groups: loudspeakers, start: `${day}T053000`, zone, rrule: 'FREQ=DAILY' });
    if (farm) await this.schedule({ programme: farm, groups: loudspeakers, start: `${day}T170000`, zone, rrule: 'FREQ=DAILY' });
    const board = await this.boardProgramme();
    await this.schedule({
      programme: board,
      groups: ['bang-tin'],
      class: 'filler',
      start: `${day}T000000`,
      zone,
      rrule: 'FREQ=HOURLY',
      repeat: { times: 16, gapMs: 0 },
    });
  }

  /** Try what must not be possible: a programme at 03:15. Answers the code of the refusal, or undefined when it was not. */
  async tryAtNight(firstMs: number): Promise<string | undefined> {
    const programme = await this.soundProgramme(soundProgrammes[0]);
    const tomorrow = localDateTime(firstMs + 24 * 3600_000).slice(0, 8);
    try {
      const made = await this.schedule({ programme, groups: loudspeakers, start: `${tomorrow}T031500`, zone });
      await this.#rest.remove(this.people.author, `/schedules/${made.id}`);
      return undefined;
    } catch (error) {
      if (error instanceof Refusal && error.status === 422) return error.code;
      throw error;
    }
  }

  async #approved(title: string): Promise<string | undefined> {
    const all = await this.#rest.get<ProgrammeAnswer[]>(this.people.author, '/programmes?limit=1000');
    return all.find((programme) => programme.title === title && programme.state === 'approved')?.id;
  }

  async #audio(file: string): Promise<string | undefined> {
    const known = this.#items.get(file);
    if (known) return known;
    const text = readProgrammeTexts().find(({ id }) => id === file);
    const title = text ? `${text.title} (giọng máy)` : (signals[file] ?? file);
    const stored = (await this.#rest.get<MediaAnswer[]>(this.people.author, '/media?limit=1000')).find((item) => item.title === title);
    const item = stored ?? (await this.#upload(await readFile(audioFile(file)), title).catch(withoutTool));
    if (!item) return undefined;
    this.#items.set(file, item.sha256);
    return item.sha256;
  }

  #upload(bytes: Uint8Array, title: string): Promise<MediaAnswer> {
    return this.#rest.upload<MediaAnswer>(this.people.author, `/media?title=${encodeURIComponent(title)}&language=vi`, bytes);
  }

  async #publish(title: string, form: 'audio' | 'bulletin', items: readonly string[], tier = 'normal'): Promise<string> {
    const made = await this.#rest.post<ProgrammeAnswer>(this.people.author, '/programmes', { title, form, tier, items });
    await this.#rest.post(this.people.author, `/programmes/${made.id}/submit`);
    await this.#rest.post(this.people.approver, `/programmes/${made.id}/approve`);
    return made.id;
  }
}

/** Groups of the live loudspeakers. */
export const loudspeakers = ['thon-1', 'thon-2'];

/** A tool that is not on this machine is a smaller demo, not a failed one. */
function withoutTool(error: unknown): undefined {
  if (error instanceof Refusal && error.code === 'tool-missing') return undefined;
  throw error;
}
