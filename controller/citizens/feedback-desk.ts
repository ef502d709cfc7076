// What residents send, and what they may see of it again: received once, given a receipt, held where it looks like spam.
import { randomId, sha256 } from '../../hardware/host/crypto.ts';
import { citizenLimits, type FeedbackRequest, type SatisfactionRequest } from '../../schemas/citizen.ts';
import type { FeedbackStatusAnswer, MyFeedbackAnswer, ReceiptAnswer } from '../../schemas/citizen-api.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { dayMs } from '../../schemas/zones.ts';
import { type Feedback, stepFeedback } from '../core/feedback.ts';
import { holdsOf, saidKey } from '../core/feedback-hold.ts';
import { sameWord } from '../people/passwords.ts';
import type { Attached, Attachments } from './attachments.ts';
import type { Broadcasts } from './broadcasts.ts';
import type { CitizenKey } from './citizen-key.ts';
import type { Deadlines } from './deadlines.ts';
import type { CitizenParts, MakeAct } from './parts.ts';
import type { PoleBook } from './pole-book.ts';
import type { Repairs } from './repairs.ts';
import type { Waits } from './waits.ts';

const repeatedWithinMs = 7 * dayMs;
const minesListed = 100;
const beginsLetters = 80;

export interface FeedbackDeskOptions extends Pick<CitizenParts, 'store' | 'units' | 'register' | 'card' | 'journal' | 'nowMs'> {
  readonly key: CitizenKey;
  readonly waits: Waits;
  readonly attachments: Attachments;
  readonly deadlines: Deadlines;
  readonly poles: PoleBook;
  readonly repairs: Repairs;
  readonly broadcasts: Broadcasts;
  readonly act: MakeAct;
  readonly changed: (id: string) => void;
}

/** What is known of something that came, before it is kept. */
interface FoundOut {
  readonly device: string;
  readonly phone: string | null;
  readonly pole: Awaited<ReturnType<PoleBook['find']>>;
  readonly holds: Feedback['holds'];
  readonly attached: Attached;
  readonly receipt: { readonly number: string; readonly secret: string };
}

export class FeedbackDesk {
  readonly #options: FeedbackDeskOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: FeedbackDeskOptions) {
    this.#options = options;
  }

  /** Problems: bad-input, not-found (unit, pole, item), too-many-requests, wrong-code, expired, over-budget, those of attachments. */
  async send(wish: FeedbackRequest, address: string): Promise<Result<ReceiptAnswer>> {
    const { key, store, waits, nowMs } = this.#options;
    const device = key.device(wish.device);
    if (!device.ok) return device;
    // One device cannot take another's receipt by its `once`.
    const once = key.hash('once', device.value, wish.once);
    const receipt = key.receipt(once);
    const before = await store.citizens.feedback.byOnce(once);
    if (before) return ok(receiptOf(before, receipt.secret));
    const phone = wish.phone === null ? ok(null) : key.phone(wish.phone, nowMs());
    if (!phone.ok) return phone;
    const about = await this.#about(wish);
    if (!about.ok) return about;
    const allowed = await this.#withinLimits(device.value, phone.value);
    if (!allowed.ok) return allowed;
    const calm = await waits.look('upload', address);
    if (!calm.ok) return calm;
    const slow = await waits.take('send', address);
    if (!slow.ok) return slow;
    const attached = await this.#options.attachments.keep(wish.photos, wish.sound);
    if (!attached.ok) {
      // Who sends bombs waits longer and longer; a tool that is missing here is not theirs.
      if (['bad-input', 'too-large', 'media-unreadable'].includes(attached.problem.code)) await waits.take('upload', address);
      return attached;
    }
    const found = { device: device.value, phone: phone.value, pole: about.value, attached: attached.value, receipt };
    return this.#inTurn(() => this.#take(wish, found, once));
  }

  /** Counted once more, now that nobody else is between counting and keeping. */
  async #take(wish: FeedbackRequest, found: Omit<FoundOut, 'holds'>, once: string): Promise<Result<ReceiptAnswer>> {
    const { key, store, attachments, nowMs } = this.#options;
    const before = await store.citizens.feedback.byOnce(once);
    const allowed = before ? ok(undefined) : await this.#withinLimits(found.device, found.phone);
    if (!allowed.ok) {
      await attachments.forget(filesOf(found.attached));
      return allowed;
    }
    const said = key.hash('said', saidKey(wish.text));
    const known = await store.citizens.feedback.before(said, nowMs() - repeatedWithinMs, found.device, nowMs() - dayMs);
    const feedback = await this.#made(wish, { ...found, holds: holdsOf(wish.text, known) });
    return this.#add(feedback, { once, said }, found.receipt.secret);
  }

  /** What comes all at once is counted as if it came one after another. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** A wrong number and a wrong secret are the same answer, and cost the same. Problems: not-found, too-many-requests. */
  async find(number: string, secret: string, address: string): Promise<Result<Feedback>> {
    const { store, waits } = this.#options;
    const taken = await waits.look('receipt', address);
    if (!taken.ok) return taken;
    const found = await store.citizens.feedback.byNumber(number);
    if (sameWord(hashOfSecret(secret), found?.secret || hashOfSecret('')) && found) return ok(found);
    const counted = await waits.take('receipt', address);
    return counted.ok ? bad('not-found', 'no such receipt, or another secret') : counted;
  }

  async look(number: string, secret: string, address: string): Promise<Result<FeedbackStatusAnswer>> {
    const found = await this.find(number, secret, address);
    return found.ok ? ok(await this.statusOf(found.value)) : found;
  }

  /** Problems: as `find`; conflict (not answered, rated already). */
  async rate({ number, secret, stars, text }: SatisfactionRequest, address: string): Promise<Result<FeedbackStatusAnswer>> {
    const { store, act, changed, nowMs } = this.#options;
    const found = await this.find(number, secret, address);
    if (!found.ok) return found;
    const done = await store.citizens.feedback.decide(
      found.value.id,
      (one) => stepFeedback(one, { act: 'rate', stars, text }, 'resident', nowMs()),
      act('resident', 'feedback.rate', found.value.id, { stars }),
    );
    if (!done.ok) return done;
    changed(done.value.id);
    return ok(await this.statusOf(done.value));
  }

  /** What this device sent. Problem: bad-input. */
  async mine(word: string): Promise<Result<MyFeedbackAnswer[]>> {
    const device = this.#options.key.device(word);
    if (!device.ok) return device;
    const found = await this.#options.store.citizens.feedback.list({ device: device.value, limit: minesListed });
    return ok(
      found.map(({ number, kind, state, receivedMs, dueMs, text }) => ({
        number,
        kind,
        state,
        receivedMs,
        dueMs,
        begins: text.slice(0, beginsLetters),
      })),
    );
  }

  async statusOf(feedback: Feedback): Promise<FeedbackStatusAnswer> {
    const { number, kind, category, state, text, receivedMs, dueMs, reason, answers, satisfaction, steps } = feedback;
    return {
      ...{ number, kind, category, unit: this.unitOf(feedback.unit), state, text, receivedMs, dueMs, reason },
      answers: answers.map((answer) => ({ text: answer.text, atMs: answer.atMs })),
      broadcast: await this.#options.broadcasts.of(feedback),
      repair: await this.#repairOf(feedback),
      stars: satisfaction?.stars ?? null,
      // Who did it, and what they noted for one another, is the office's own.
      steps: steps.filter(({ act }) => act !== 'note').map(({ act, atMs }) => ({ act, atMs })),
    };
  }

  unitOf(id: string): { readonly id: string; readonly name: string } {
    const { units } = this.#options;
    return { id, name: units.names().find((unit) => unit.id === id)?.name ?? id };
  }

  async #repairOf({ ticket, mendedMs }: Feedback): Promise<FeedbackStatusAnswer['repair']> {
    if (ticket === null) return null;
    if (mendedMs !== null) return { state: 'mended', mendedMs };
    const found = await this.#options.store.tickets.ticket(ticket);
    return { state: found?.state === 'assigned' || found?.state === 'accepted' ? 'underway' : 'waiting', mendedMs: null };
  }

  /** The pole, where one is named; all that is named must be there. */
  async #about({ unit, pole, item }: FeedbackRequest): Promise<Result<Awaited<ReturnType<PoleBook['find']>>>> {
    const { register, store, poles } = this.#options;
    if (register.areaOf(unit) === undefined) return bad('not-found', `no unit ${unit}`, '/unit');
    if (item !== null && !(await store.sources.item(item))?.published) return bad('not-found', `no published item ${item}`, '/item');
    const found = pole === null ? undefined : await poles.find(pole);
    return pole !== null && !found ? bad('not-found', 'no such pole', '/pole') : ok(found);
  }

  async #withinLimits(device: string, phone: string | null): Promise<Result<void>> {
    const { store, key, nowMs } = this.#options;
    const since = nowMs() - dayMs;
    const { today } = await store.citizens.feedback.before('', 0, device, since);
    const ofPhone = phone === null ? 0 : await store.citizens.feedback.ofPhone(key.phoneName(phone), since);
    if (Math.max(today, ofPhone) < citizenLimits.feedbackPerDay) return ok(undefined);
    return bad(
      'too-many-requests',
      `Mỗi ngày gửi tối đa ${citizenLimits.feedbackPerDay} phản ánh. / At most ${citizenLimits.feedbackPerDay} a day.`,
    );
  }

  async #made(wish: FeedbackRequest, found: FoundOut): Promise<Feedback> {
    const { key, deadlines, nowMs } = this.#options;
    const { device, phone, pole, holds, attached, receipt } = found;
    return {
      ...{
        id: randomId('pa'),
        number: receipt.number,
        secret: hashOfSecret(receipt.secret),
        device,
        kind: wish.kind,
        category: wish.category,
      },
      ...{ phone: phone === null ? null : key.phoneName(phone), phoneLocked: phone === null ? null : key.lockPhone(phone) },
      // A pole says better where it stands than who reports it.
      unit: pole?.facts.unit ?? wish.unit,
      ...{ state: holds.length > 0 ? 'held' : 'received', holds, text: wish.text, trouble: wish.trouble, entry: pole?.entry ?? null },
      ...{ item: wish.item, photos: attached.photos, sound: attached.sound, mayPublish: wish.mayPublish, receivedMs: nowMs() },
      dueMs: await deadlines.dueAfter(nowMs()),
      ...{ assignee: null, answers: [], published: null, link: null, ticket: null, mendedMs: null, reason: '', satisfaction: null },
      ...{ erasedMs: null, steps: [] },
    };
  }

  async #add(feedback: Feedback, keys: { readonly once: string; readonly said: string }, secret: string): Promise<Result<ReceiptAnswer>> {
    const { store, act, changed, attachments, journal } = this.#options;
    const { id, kind, unit, state } = feedback;
    const files = filesOf(feedback);
    const added = await store.citizens.feedback.add(
      feedback,
      keys,
      citizenLimits.open,
      act('resident', 'feedback.send', id, { kind, unit, state }),
    );
    // Refused, or sent twice at once: then the other one's files are these or lie beside them.
    if (!added.ok || added.value.id !== id) await attachments.forget(files);
    if (!added.ok) return added;
    if (added.value.id === id && state === 'received')
      await this.toRepair(added.value).catch((err: unknown) => journal.warn({ event: 'feedback-without-repair', err }));
    changed(id);
    return ok(receiptOf(added.value, secret));
  }

  /** Of a loudspeaker: its repair. A centre with too many repairs keeps the feedback all the same. */
  async toRepair(feedback: Feedback): Promise<void> {
    const { store, poles, repairs, act } = this.#options;
    if (feedback.entry === null || feedback.kind !== 'loudspeaker' || feedback.ticket !== null) return;
    const pole = await poles.find(feedback.entry);
    const ticket = pole ? await repairs.join(feedback, pole) : ok(null);
    if (!ticket.ok || ticket.value === null) return;
    const joined = ticket.value;
    await store.citizens.feedback.decide(
      feedback.id,
      (one) => ok({ ...one, ticket: joined }),
      act('centre', 'feedback.repair', feedback.id, { joined }),
    );
  }
}

function filesOf({ photos, sound }: Attached): string[] {
  return [...photos, ...(sound === null ? [] : [sound])];
}

function receiptOf({ number, state, receivedMs, dueMs }: Feedback, secret: string): ReceiptAnswer {
  return { number, secret, state, receivedMs, dueMs };
}

function hashOfSecret(secret: string): string {
  return sha256(Buffer.from(`receipt ${secret}`));
}
