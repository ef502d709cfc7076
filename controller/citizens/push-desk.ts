// Messages to residents' browsers: who takes which, emergencies to all, the rest by topic or once a day together; what came is counted.
import { randomHex } from '../../hardware/host/crypto.ts';
import type { Strongbox } from '../../hardware/host/strongbox.ts';
import { citizenLimits, type PushRequest } from '../../schemas/citizen.ts';
import type { PushAnswer, PushMessage } from '../../schemas/citizen-api.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { StoredPush, StoredPushMessage } from '../store/citizen-store.ts';
import type { CitizenKey } from './citizen-key.ts';
import type { CitizenParts, Teller, Told } from './parts.ts';
import { isAround } from './poll-desk.ts';
import { isAllowedHost, type PushDoor, type Subscription } from './push-door.ts';
import type { Sms } from './sms.ts';

const lockName = 'push subscription';
const atOnce = 24;
const pageLimit = 500;
const failuresMax = 10;
const emergencyTries = 3;
const dayMs = 24 * 3600_000;
const keptMs = 90 * dayMs;
/** A warning that comes hours later warns nobody. */
const livesS = { emergency: 3600, other: 24 * 3600 };
/** Messages that wait to be sent. */
const waitingMax = 1_000;

export interface PushDeskOptions extends Pick<CitizenParts, 'store' | 'register' | 'units' | 'journal' | 'nowMs'> {
  readonly key: CitizenKey;
  readonly strongbox: Strongbox;
  readonly door: PushDoor;
  readonly hosts: () => readonly string[];
  readonly sms: Sms;
}

export class PushDesk implements Teller {
  readonly #options: PushDeskOptions;
  #work: Promise<void> = Promise.resolve();
  /** An emergency never waits behind other messages. */
  #urgent: Promise<void> = Promise.resolve();
  #waiting = 0;
  #stopped = false;

  constructor(options: PushDeskOptions) {
    this.#options = options;
  }

  /** Problems: bad-input (device, a push service that is not allowed), not-found (unit), over-budget. */
  async subscribe({ device, subscription, units, topics, digestHour }: PushRequest): Promise<Result<PushAnswer>> {
    const { key, strongbox, store, register, hosts, nowMs } = this.#options;
    const known = key.device(device);
    if (!known.ok) return known;
    if (!isAllowedHost(subscription.endpoint, hosts()))
      return bad('bad-input', 'this push service is not allowed here', '/subscription/endpoint');
    const strange = units.find((unit) => register.areaOf(unit) === undefined);
    if (strange !== undefined) return bad('not-found', `no unit ${strange}`, '/units');
    const { endpoint, keys } = subscription;
    const locked = strongbox.lock(lockName, JSON.stringify({ endpoint, keys }));
    const id = key.hash('push', endpoint).slice(0, 32);
    const push: StoredPush = { id, device: known.value, locked, units, topics, digestHour, madeMs: nowMs(), failures: 0 };
    const put = await store.citizens.pushes.put(push, citizenLimits.pushes, citizenLimits.pushesOfDevice);
    return put.ok ? ok({ id, topics, units, digestHour }) : put;
  }

  /** Problem: bad-input. */
  async unsubscribe(word: string): Promise<Result<{ readonly removed: number }>> {
    const { key, store } = this.#options;
    const device = key.device(word);
    if (!device.ok) return device;
    const mine = await store.citizens.pushes.ofDevice(device.value);
    return ok({ removed: await store.citizens.pushes.remove(mine.map(({ id }) => id)) });
  }

  /** The app says that a message came. Problem: not-found (no such message, or not to this browser). */
  async received(message: string, tag: string): Promise<Result<void>> {
    const { store } = this.#options;
    const [id = ''] = tag.split('-');
    if (tag !== this.#tag(message, id) || !(await store.citizens.pushes.message(message))) return bad('not-found', 'no such message');
    await store.citizens.pushes.received(message, tag);
    return ok(undefined);
  }

  toOne(
    { device, phoneLocked }: { readonly device: string | null; readonly phoneLocked: string | null },
    told: Told,
    purpose: 'answer' | 'mended',
  ): void {
    const { store, sms, key, journal } = this.#options;
    if (device !== null)
      this.#later(async () => {
        const mine = (await store.citizens.pushes.ofDevice(device)).filter(({ topics }) => topics.includes(told.topic));
        if (mine.length > 0) await this.#send(`m-${randomHex(12)}`, told, [], async () => mine);
      });
    if (phoneLocked !== null && sms.state() === 'ready')
      this.#later(async () => {
        const sent = await sms.send({ to: key.unlockPhone(phoneLocked), text: told.text, purpose });
        if (!sent.ok) journal.warn({ event: 'sms-not-sent', code: sent.problem.code });
      });
  }

  toUnits(units: readonly string[], told: Told): void {
    this.tell(`m-${randomHex(12)}`, units, told);
  }

  /** Under a name of the caller's: the same name is told once, after a restart too. */
  tell(id: string, units: readonly string[], told: Told): void {
    const { store, register } = this.#options;
    const areas = units.flatMap((unit) => register.areaOf(unit) ?? []);
    const work = async () => {
      if (await store.citizens.pushes.message(id)) return;
      await this.#send(id, told, units, (push) =>
        Promise.resolve(this.#takes(push, told, areas) && (told.topic === 'emergency' || push.digestHour === null) ? [push] : []),
      );
    };
    if (told.topic !== 'emergency') this.#later(work);
    else this.#urgent = this.#urgent.then(work).catch((err: unknown) => this.#options.journal.warn({ event: 'push-failed', err }));
  }

  /** What came in a day, together, for those who want it at this hour. */
  digest(hour: number, day: string): void {
    const { store, register, nowMs } = this.#options;
    this.#later(async () => {
      const id = `digest-${day}-${hour}`;
      if (await store.citizens.pushes.message(id)) return;
      const lately = (await store.citizens.pushes.messages(nowMs() - dayMs, pageLimit)).filter(
        ({ topic }) => topic !== 'emergency' && topic !== 'digest',
      );
      const titlesFor = (push: StoredPush) =>
        lately.filter(({ topic, units }) =>
          this.#takes(
            push,
            { topic: topic as Told['topic'] },
            units.flatMap((unit) => register.areaOf(unit) ?? []),
          ),
        );
      const told = { topic: 'digest' as const, title: 'Tin trong ngày', text: '', at: '#/' };
      await this.#send(
        id,
        told,
        [],
        async (push) => (push.digestHour === hour && titlesFor(push).length > 0 ? [push] : []),
        (push) =>
          titlesFor(push)
            .slice(0, 5)
            .map(({ title }) => title)
            .join(' · ')
            .slice(0, 300),
      );
      await store.citizens.pushes.forgetMessages(nowMs() - keptMs);
    });
  }

  /** All that was asked until now is sent, or was tried. */
  async settled(): Promise<void> {
    await this.#urgent;
    await this.#work;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.settled();
    this.#options.door.stop();
  }

  #takes({ topics, units }: StoredPush, { topic }: Pick<Told, 'topic'>, areas: readonly string[]): boolean {
    const { register } = this.#options;
    if (topic !== 'emergency' && !topics.includes(topic)) return false;
    return units.some((unit) => areas.some((area) => isAround(register.areaOf(unit), area)));
  }

  /** One message after another; emergencies are few and short, so none waits behind a queue of days. */
  #later(work: () => Promise<void>): void {
    if (this.#stopped || this.#waiting >= waitingMax) return;
    this.#waiting += 1;
    this.#work = this.#work
      .then(() => (this.#stopped ? undefined : work()))
      .catch((err: unknown) => this.#options.journal.warn({ event: 'push-failed', err }))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  async #send(
    id: string,
    told: Omit<Told, 'topic'> & Pick<StoredPushMessage, 'topic'>,
    units: readonly string[],
    chosen: (push: StoredPush) => Promise<readonly StoredPush[]>,
    textFor: (push: StoredPush) => string = () => told.text,
  ): Promise<void> {
    const { store, nowMs } = this.#options;
    const counts = { sent: 0, accepted: 0, failed: 0 };
    const atMs = nowMs();
    const save = () => store.citizens.pushes.saveMessage({ id, ...told, units, atMs, ...counts });
    // Known before the first goes: a restart in between tells nobody twice.
    await save();
    for (let after = '', more = true; more && !this.#stopped; ) {
      const page = await store.citizens.pushes.page(after, pageLimit);
      const to = (await Promise.all(page.map(chosen))).flat();
      await this.#sendEach(
        [...new Map(to.map((push) => [push.id, push])).values()],
        (push) => ({ ...told, message: id, tag: this.#tag(id, push.id), text: textFor(push), atMs }),
        counts,
      );
      after = page.at(-1)?.id ?? after;
      more = page.length === pageLimit;
    }
    await save();
  }

  async #sendEach(
    to: readonly StoredPush[],
    messageFor: (push: StoredPush) => PushMessage,
    counts: { sent: number; accepted: number; failed: number },
  ): Promise<void> {
    const { store } = this.#options;
    const waiting = [...to];
    const gone: string[] = [];
    const worker = async () => {
      for (let push = waiting.pop(); push && !this.#stopped; push = waiting.pop()) {
        const outcome = await this.#sendOne(push, messageFor(push));
        counts.sent += 1;
        if (outcome === 'accepted') counts.accepted += 1;
        else counts.failed += 1;
        if (outcome === 'gone' || (outcome === 'failed' && push.failures + 1 >= failuresMax)) gone.push(push.id);
        else if (outcome === 'failed') await store.citizens.pushes.failed(push.id, push.failures + 1);
        else if (push.failures > 0) await store.citizens.pushes.failed(push.id, 0);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, to.length) }, worker));
    if (gone.length > 0) await store.citizens.pushes.remove(gone);
  }

  async #sendOne({ locked }: StoredPush, message: PushMessage) {
    const { door, strongbox, hosts } = this.#options;
    const to = JSON.parse(strongbox.unlock(lockName, locked)) as Subscription;
    // Allowed when it was given, and no more: then it is not called.
    if (!isAllowedHost(to.endpoint, hosts())) return 'gone';
    const urgent = message.topic === 'emergency';
    const how = { livesS: urgent ? livesS.emergency : livesS.other, urgent };
    for (let tries = urgent ? emergencyTries : 1; ; tries--) {
      const outcome = await door.send(to, JSON.stringify(message), how);
      if (outcome !== 'failed' || tries <= 1) return outcome;
    }
  }

  #tag(message: string, push: string): string {
    return `${push}-${this.#options.key.hash('push tag', message, push).slice(0, 24)}`;
  }
}
