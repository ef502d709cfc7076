// The demo commune from the first step to the last: starts everything in order, keeps people informed, does what the stage asks.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { randomHex } from '../../hardware/host/crypto.ts';
import { type ProblemCode, problemKinds } from '../../schemas/problems.ts';
import type { DemoArguments } from './arguments.ts';
import type { Session } from './centre-rest.ts';
import { Content } from './content.ts';
import type { DemoFolder } from './demo-folder.ts';
import { readAccounts, readEstate } from './demo-texts.ts';
import { District } from './district.ts';
import { writeRoster } from './duty-roster.ts';
import { registerEstate } from './estate.ts';
import { receiptLine, timeOfDay } from './receipt-line.ts';
import { ResidentsStory, readResidents } from './residents.ts';
import { centre, seedDocument } from './seed-document.ts';
import type { LogRow, StageLine, StageState } from './stage/state.ts';
import { StageServer } from './stage-server.ts';
import { publishForgery } from './thief.ts';
import { Watcher } from './watcher.ts';
import { nextWholeSecond, zone } from './welcome-plan.ts';

const cutMs = 60_000;
/** Boxes fetch what is new and start their decoders in this time. */
const firstSoundAfterMs = 12_000;
const playAfterMs = 8_000;
const drillPermitMs = 5 * 60_000;
const linesKept = 80;
const sessionMs = 10 * 60_000;

export class Demo {
  readonly #folder: DemoFolder;
  readonly #arguments: DemoArguments;
  readonly #say: (line: string) => void;
  readonly #accounts = readAccounts();
  readonly #sessions = new Map<string, { session: Session; untilMs: number }>();
  readonly #lines: StageLine[] = [];
  #passwords: ReadonlyMap<string, string> = new Map();
  #district: District | undefined;
  #watcher: Watcher | undefined;
  #stage: StageServer | undefined;
  #content: Content | undefined;
  #firstSoundMs = 0;
  #stopping = false;

  constructor(folder: DemoFolder, demoArguments: DemoArguments, say: (line: string) => void) {
    this.#folder = folder;
    this.#arguments = demoArguments;
    this.#say = say;
  }

  /** Everything up to the planned first sound; what is slow and not needed for it follows in the background. */
  async start(ports: { readonly stage: number; readonly console: number }): Promise<string> {
    this.#folder.prepare();
    this.#passwords = await this.#folder.passwords(this.#accounts);
    const estate = readEstate();
    const { audio, gpio } = this.#arguments;
    const options = { folder: this.#folder, port: ports.console, boxes: estate, say: (text: string) => this.#note(text) };
    const district = new District({ ...options, ...(audio !== undefined && { audio }), ...(gpio && { gpio }) });
    this.#district = district;
    const isNew = this.#folder.isNew;
    if (isNew) await district.initialise(seedDocument(this.#accounts, this.#passwords));
    await district.startCentre();
    this.#say(`  trung tâm điều hành / centre: ${district.place.console}`);
    if (isNew) await this.#register(estate);
    await writeRoster(district.rest, await this.#sessionOf('quan-tri'), Date.now());
    await Promise.all(estate.filter(({ live }) => live).map((box) => this.#startBox(box)));
    const invitation = await this.#openStage(ports.stage);
    this.#content = await this.#makeContent();
    await this.#folder.markSeeded();
    this.#background(this.#plan(this.#content, isNew));
    return invitation;
  }

  newInvitation(): string {
    return this.#stage?.invite() ?? '';
  }

  /** Play a file to every loudspeaker now. */
  async play(path: string): Promise<string> {
    if (!existsSync(path)) throw new Error(`không có tệp / no such file: ${path}`);
    if (!this.#content) throw new Error('chưa sẵn sàng / not ready yet');
    const name = basename(path);
    const atMs = nextWholeSecond(Date.now(), playAfterMs);
    const lengthMs = await this.#content.playNow(path, name, Math.max(atMs, nextWholeSecond(Date.now(), 5_000)));
    return this.#note(`▶ “${name}” (${(lengthMs / 1000).toFixed(0)} s) phát lúc ${timeOfDay(atMs, zone)} tới mọi cụm loa`);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#watcher?.stop();
    await Promise.all([this.#stage?.stop(), this.#district?.stop()]);
    this.#folder.noteStopped();
  }

  async #register(estate: ReturnType<typeof readEstate>): Promise<void> {
    const session = await this.#sessionOf('quan-tri');
    const mine = estate.filter(({ area }) => area.startsWith(centre.area));
    await registerEstate(this.#districtNow().rest, session, mine);
    this.#say(`  khai báo ${mine.length} hộp / ${mine.length} boxes registered`);
  }

  async #startBox(box: ReturnType<typeof readEstate>[number]): Promise<void> {
    const started = performance.now();
    const session = await this.#sessionOf('quan-tri');
    const { page, pin } = await this.#districtNow().startBox(box, () => this.#districtNow().rest.post(session, `/boxes/${box.id}/claim`));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    this.#say(`  ${box.name} (${seconds} s) – trang của hộp ${page ?? '–'}, PIN ${pin ?? '–'}`);
  }

  async #makeContent(): Promise<Content> {
    const [author, approver, administrator] = await Promise.all(
      ['can-bo-van-hoa', 'lanh-dao-duyet', 'quan-tri'].map((account) => this.#sessionOf(account)),
    );
    if (!author || !approver || !administrator) throw new Error('no sessions');
    return new Content(this.#districtNow().rest, { author, approver, administrator });
  }

  async #plan(content: Content, isNew: boolean): Promise<void> {
    if (this.#arguments.play) await this.play(this.#arguments.play);
    await content.prepareWelcome();
    this.#firstSoundMs = nextWholeSecond(Date.now(), firstSoundAfterMs);
    await content.welcome(this.#firstSoundMs);
    this.#note(`♪ Chương trình đầu tiên phát lúc ${timeOfDay(this.#firstSoundMs, zone)} trên hai cụm loa`);
    const refused = await content.tryAtNight(this.#firstSoundMs);
    this.#note(refused ? `⊘ Lịch 03:15: ${wordsOf(refused)}, không ai nghe lúc nửa đêm` : '! Lịch 03:15 không bị từ chối – sai');
    await content.followUp(this.#firstSoundMs);
    if (isNew) {
      await content.everyDay(this.#firstSoundMs);
      await new ResidentsStory(this.#districtNow().rest, content.people).tell(readResidents(), Date.now());
    }
    this.#note('✓ Đã lên lịch mười lăm phút đầu; mạng có mất thì loa vẫn phát');
  }

  async #openStage(port: number): Promise<string> {
    const district = this.#districtNow();
    const watcher = new Watcher(district, () => this.#sessionOf('truc-ban-2'), {
      receipt: (answer) =>
        this.#line({
          key: `${answer.box} ${answer.receipt.occurrence}`,
          kind: 'receipt',
          outcome: answer.receipt.outcome,
          text: receiptLine(answer, zone),
          atMs: answer.storedMs,
        }),
      refusal: (row) => this.#refusal(row),
    });
    this.#watcher = watcher;
    await watcher.start();
    const controlToken = randomHex(16);
    const stage = new StageServer({
      port,
      controlToken,
      state: () => this.#state(),
      levels: () => watcher.levels(),
      lines: () => this.#lines,
      tapes: () => [watcher.tapes.get('loa-1'), watcher.tapes.get('loa-2')],
      board: (form) => this.#board(form),
      act: (act, body) => this.#act(act, body),
      signIn: (account) => this.#signInFor(account),
    });
    await stage.start();
    this.#stage = stage;
    await this.#folder.noteRunning({ pid: process.pid, control: `${stage.origin}/control/play`, token: controlToken });
    return stage.invite();
  }

  #state(): StageState {
    const district = this.#districtNow();
    return {
      nowMs: Date.now(),
      zone,
      console: district.place.console,
      cutForMs: district.cutForMs,
      firstSoundMs: this.#firstSoundMs,
      ...(this.#watcher?.state() ?? { boxes: [], skewMs: null, skewAtMs: null }),
      accounts: this.#accounts.map(({ account, title, english }) => ({ account, title, english })),
    };
  }

  async #act(act: string, body: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    const district = this.#districtNow();
    switch (act) {
      case 'cut':
        district.cutNetwork(cutMs);
        return { said: this.#note('✂ Đã cắt mạng của cả ba hộp trong 60 giây; loa vẫn phát theo lịch') };
      case 'kill': {
        const box = String(body['box']);
        if (!district.killBox(box)) throw new Error(`không có hộp ${box}`);
        return { said: this.#note(`⚡ Đã tắt đột ngột ${box}; hộp tự bật lại`) };
      }
      case 'forge':
        return { said: this.#note(`☠ Kẻ trộm dựng máy chủ giả bằng khóa mạng lấy cắp và gửi lệnh giả ${await this.#forge()}`) };
      case 'drill':
        return { said: await this.#drill() };
      case 'play':
        return { said: await this.play(String(body['file'])) };
      default:
        throw new Error(`không hiểu / not understood: ${act}`);
    }
  }

  #forge(): Promise<string> {
    const { boxes } = this.#districtNow();
    return publishForgery(
      {
        centreFolder: this.#folder.centre,
        folder: this.#folder.thief,
        centre: centre.id,
        area: centre.area,
        group: centre.id,
        boxes: boxes.map(({ box }) => box.id),
        wires: boxes.map(({ bus }) => bus),
      },
      Date.now(),
    );
  }

  /** An exercise obeys the policy's windows, so it gets a permit first where the hour needs one. */
  async #drill(): Promise<string> {
    await this.#content?.permit(Date.now() - 1_000, Date.now() + drillPermitMs, 'Diễn tập trên trang trình diễn');
    const duty = await this.#sessionOf('truc-ban-1');
    const password = this.#passwords.get('truc-ban-1');
    await this.#districtNow().rest.post(duty, '/orders', {
      template: 'dien-tap',
      groups: [centre.id],
      class: 'exercise',
      confirm: true,
      password,
      validMs: drillPermitMs,
    });
    return this.#note('▲ Trực ban 1 phát lệnh DIỄN TẬP tới cả xã');
  }

  async #board(form: 'html' | 'png'): Promise<{ type: string; body: Buffer } | undefined> {
    const page = this.#districtNow().boxes.find(({ box }) => box.id === 'bang-1')?.page;
    if (!page) return undefined;
    const response = await fetch(`${page}/board${form === 'png' ? '.png' : ''}`, { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) return undefined;
    return { type: form === 'png' ? 'image/png' : 'text/html; charset=utf-8', body: Buffer.from(await response.arrayBuffer()) };
  }

  async #signInFor(account: string): Promise<string> {
    const password = this.#passwords.get(account);
    if (!password) throw new Error(`không có tài khoản ${account}`);
    return (await this.#districtNow().rest.signIn(account, password)).cookie;
  }

  async #sessionOf(account: string): Promise<Session> {
    const kept = this.#sessions.get(account);
    if (kept && kept.untilMs > Date.now()) return kept.session;
    const session = await this.#districtNow().rest.signIn(account, this.#passwords.get(account) ?? '');
    this.#sessions.set(account, { session, untilMs: Date.now() + sessionMs });
    return session;
  }

  #refusal(row: LogRow): void {
    const { order, problem } = row.entry.fact;
    const name = this.#districtNow().boxes.find(({ box }) => box.id === row.box)?.box.name ?? row.box;
    const text = `⊘ ${timeOfDay(row.entry.atMs, zone)}  ${name}: từ chối lệnh ${order ?? ''} – ${wordsOf(problem?.code)} (${problem?.detail ?? ''})`;
    this.#line({ key: `${row.box} ${row.epoch} ${row.seq}`, kind: 'refusal', outcome: 'refused', text, atMs: row.entry.atMs });
  }

  #note(text: string): string {
    this.#line({ key: randomHex(8), kind: 'note', outcome: 'note', text, atMs: Date.now() });
    return text;
  }

  #line(line: StageLine): void {
    this.#lines.unshift(line);
    this.#lines.length = Math.min(this.#lines.length, linesKept);
    this.#say(line.text);
    this.#stage?.tellLine(line);
  }

  #background(work: Promise<void>): void {
    work.catch((error: Error) => {
      if (!this.#stopping) this.#note(`! ${error.message}`);
    });
  }

  #districtNow(): District {
    if (!this.#district) throw new Error('not started');
    return this.#district;
  }
}

/** The catalogue's Vietnamese words for a problem's code. */
function wordsOf(code: string | undefined): string {
  return code !== undefined && code in problemKinds ? problemKinds[code as ProblemCode].vi.toLowerCase() : (code ?? '');
}
