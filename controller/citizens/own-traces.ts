// What a resident's device and phone left here, told whole and erased whole (Law 91/2025/QH15). Ballots that were counted belong to nobody.
import { citizenLimits } from '../../schemas/citizen.ts';
import type { ErasedAnswer, MyDataAnswer } from '../../schemas/citizen-api.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import { erased, type Feedback } from '../core/feedback.ts';
import type { FeedbackFilter } from '../store/citizen-store.ts';
import type { Attachments } from './attachments.ts';
import type { CitizenKey } from './citizen-key.ts';
import type { FeedbackDesk } from './feedback-desk.ts';
import type { CitizenParts, MakeAct } from './parts.ts';
import type { PollDesk } from './poll-desk.ts';

const dayMs = 24 * 3600_000;
const listedAtOnce = 500;
const atOnce = 200;

interface Whose {
  readonly device: string;
  readonly phone: string | null;
}

interface Found {
  readonly feedback: readonly Feedback[];
  readonly raters: readonly string[];
  readonly voters: readonly { readonly poll: string; readonly voter: string }[];
  readonly device: string;
}

export interface MyDataOptions extends Pick<CitizenParts, 'store' | 'nowMs'> {
  readonly key: CitizenKey;
  readonly desk: Pick<FeedbackDesk, 'statusOf'>;
  readonly polls: Pick<PollDesk, 'votersOf'>;
  readonly attachments: Pick<Attachments, 'forget'>;
  readonly keptDays: () => number;
  readonly act: MakeAct;
  readonly changed: (id: string) => void;
}

export class MyData {
  readonly #options: MyDataOptions;

  constructor(options: MyDataOptions) {
    this.#options = options;
  }

  /** Problems: bad-input, wrong-code, expired. */
  async tell(whose: Whose): Promise<Result<MyDataAnswer>> {
    const { store, desk, nowMs } = this.#options;
    const found = await this.#find(whose);
    if (!found.ok) return found;
    const { feedback, raters, voters, device } = found.value;
    const told = await Promise.all(
      feedback.map(async (one) => ({
        ...(await desk.statusOf(one)),
        photos: one.photos.length,
        sound: one.sound !== null,
        phone: one.phone !== null,
      })),
    );
    const ratings = await store.citizens.polls.ratingsOf(raters);
    const pushes = await store.citizens.pushes.ofDevice(device);
    return ok({
      ...{ atMs: nowMs(), feedback: told },
      ratings: ratings.map(({ about, unit, stars, atMs }) => ({ about, unit, stars, atMs })),
      pushes: pushes.map(({ id, topics, units, digestHour }) => ({ id, topics, units, digestHour })),
      polls: await store.citizens.polls.hasVoted(voters),
    });
  }

  /** Problems: bad-input, wrong-code, expired. */
  async erase(whose: Whose): Promise<Result<ErasedAnswer>> {
    const { store, act, nowMs } = this.#options;
    const found = await this.#find(whose);
    if (!found.ok) return found;
    const { feedback, raters, voters, device } = found.value;
    for (const one of feedback) await this.#erase(one);
    const { polls, pushes } = store.citizens;
    const gone: ErasedAnswer = {
      feedback: feedback.length,
      ratings: await polls.eraseRatings(raters),
      pushes: await pushes.remove((await pushes.ofDevice(device)).map(({ id }) => id)),
      ballots: await polls.eraseBallots(voters),
    };
    await store.audit.append({ ...act('resident', 'citizen.erase', `at ${nowMs()}`, gone) });
    return ok(gone);
  }

  /** What was settled longer ago than the centre keeps loses its words, some hundred at a look. */
  async dropOld(): Promise<number> {
    const { store, keptDays, nowMs } = this.#options;
    const old = await store.citizens.feedback.old(nowMs() - keptDays() * dayMs, atOnce);
    for (const one of old) await this.#erase(one);
    return old.length;
  }

  async #erase(feedback: Feedback): Promise<void> {
    const { store, attachments, act, changed, nowMs } = this.#options;
    const done = await store.citizens.feedback.decide(
      feedback.id,
      (one) => ok(erased(one, nowMs())),
      act('centre', 'feedback.erase', feedback.id),
    );
    if (!done.ok) return;
    await attachments.forget([...feedback.photos, ...(feedback.sound === null ? [] : [feedback.sound])]);
    changed(feedback.id);
  }

  async #find({ device: word, phone }: Whose): Promise<Result<Found>> {
    const { key, store, polls, nowMs } = this.#options;
    const device = key.device(word);
    if (!device.ok) return device;
    const proved = phone === null ? ok(null) : key.phone(phone, nowMs());
    if (!proved.ok) return proved;
    const mine = await this.#all({ device: device.value });
    const ofPhone = proved.value === null ? [] : await this.#all({ phone: key.phoneName(proved.value) });
    const feedback = [...new Map([...mine, ...ofPhone].map((one) => [one.id, one])).values()];
    const raters = polls.votersOf({ device: word, phone }, 'rating');
    if (!raters.ok) return raters;
    const voters: { poll: string; voter: string }[] = [];
    for (const { id, counted } of await store.citizens.polls.polls(undefined, citizenLimits.polls)) {
      const names = counted === null ? polls.votersOf({ device: word, phone }, `poll ${id}`) : ok([]);
      if (names.ok) voters.push(...names.value.map((voter) => ({ poll: id, voter })));
    }
    return ok({ feedback, raters: raters.value, voters, device: device.value });
  }

  /** Ten a day come to thousands in a year: none of them is left out. */
  async #all(whose: Pick<FeedbackFilter, 'device' | 'phone'>): Promise<Feedback[]> {
    const found: Feedback[] = [];
    for (let more = true; more; ) {
      const page = await this.#options.store.citizens.feedback.list({ ...whose, after: found.at(-1), limit: listedAtOnce });
      found.push(...page);
      more = page.length === listedAtOnce;
    }
    return found;
  }
}
