// Polls, surveys and ratings at work: who votes once, what is counted when it is closed.
import { randomId } from '../../hardware/host/crypto.ts';
import { type BallotRequest, type CitizenRatingRequest, citizenLimits, type PollRequest, type VoterKind } from '../../schemas/citizen.ts';
import type { BallotAnswer, PollAnswer, PublicPoll, RatedAnswer } from '../../schemas/citizen-api.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import {
  type Answers,
  countBallots,
  judgeBallot,
  type PollStep,
  pollState,
  rewritePoll,
  type StoredPoll,
  stepPoll,
} from '../core/polls.ts';
import { monthAt } from '../reports/evaluation-facts.ts';
import type { Act } from '../store/store.ts';
import type { CitizenKey } from './citizen-key.ts';
import type { CitizenParts, MakeAct, Teller } from './parts.ts';

export interface PollDeskOptions extends Pick<CitizenParts, 'store' | 'units' | 'register' | 'nowMs'> {
  readonly key: CitizenKey;
  readonly teller: Teller;
  readonly act: MakeAct;
  readonly changed: (id: string) => void;
  readonly unitOf: (id: string) => { readonly id: string; readonly name: string };
}

interface Voter {
  readonly device: string;
  readonly phone: string | null;
}

export class PollDesk {
  readonly #options: PollDeskOptions;
  /** Told that they opened, by this process; the message itself is sent once. */
  readonly #told = new Set<string>();

  constructor(options: PollDeskOptions) {
    this.#options = options;
  }

  async add(wish: PollRequest, by: string, act: (name: string, subject: string, content?: unknown) => Act): Promise<Result<StoredPoll>> {
    const { store, nowMs, changed } = this.#options;
    const poll: StoredPoll = { ...wish, id: randomId('bc'), by, madeMs: nowMs(), changes: 0, set: 'draft', counted: null };
    const added = await store.citizens.polls.decidePoll(poll.id, () => ok(poll), citizenLimits.polls, act('poll.write', poll.id, wish));
    if (added.ok) changed(poll.id);
    return added;
  }

  /** Problems: not-found, conflict. */
  rewrite(id: string, wish: PollRequest, by: string, act: Act): Promise<Result<StoredPoll>> {
    return this.#decide(id, (poll) => rewritePoll(poll, wish, by), act);
  }

  /** Problems: not-found, conflict. What is closed is counted at once. */
  async step(id: string, step: PollStep, act: Act): Promise<Result<StoredPoll>> {
    const done = await this.#decide(id, (poll) => stepPoll(poll, step, this.#options.nowMs()), act);
    if (!done.ok || step === 'open') return done;
    return ok((await this.#settle(id)) ?? done.value);
  }

  /** Problems: bad-input, not-found, conflict (not open; voted already), wrong-code, expired, over-budget. */
  async vote(id: string, { device, phone, unit, answers }: BallotRequest): Promise<Result<BallotAnswer>> {
    const { store, register, act, nowMs } = this.#options;
    const poll = await store.citizens.polls.poll(id);
    const state = poll && pollState(poll, nowMs());
    if (!poll || state === 'draft' || state === 'withdrawn') return bad('not-found', `no poll ${id}`);
    if (state !== 'open') return bad('conflict', 'it is closed', '/state');
    if (!isAround(register.areaOf(unit), register.areaOf(poll.unit))) return bad('not-found', 'this poll is asked elsewhere', '/unit');
    const voter = this.#voter(`poll ${id}`, poll.voter, { device, phone: phone });
    if (!voter.ok) return voter;
    const judged = judgeBallot(poll.questions, answers);
    if (!judged.ok) return judged;
    const ballot = { poll: id, voter: voter.value, atMs: nowMs(), answers: judged.value };
    const voted = await store.citizens.polls.vote(ballot, (at) => pollState(at, nowMs()) === 'open', citizenLimits.ballots);
    if (voted.ok) return ok({ poll: id, voter: poll.voter });
    // A second vote is somebody's habit or somebody's trick: the audit counts it, and knows nobody.
    if (voted.problem.code === 'conflict' && voted.problem.path === '') await store.audit.append(act('resident', 'poll.second-vote', id));
    return voted;
  }

  /** Problems: bad-input, not-found, not-yet, wrong-code, expired. */
  async rate(wish: CitizenRatingRequest): Promise<Result<RatedAnswer>> {
    const { store, register, units, nowMs } = this.#options;
    if (register.areaOf(wish.unit) === undefined) return bad('not-found', `no unit ${wish.unit}`, '/unit');
    const about = await this.#about(wish);
    if (!about.ok) return about;
    if ('month' in wish && wish.month !== monthAt({ units, nowMs })) return bad('not-yet', 'only the month that runs is rated', '/month');
    const kind: VoterKind = wish.phone === null ? 'device' : 'phone';
    const voter = this.#voter('rating', kind, wish);
    if (!voter.ok) return voter;
    const names = this.votersOf(wish, 'rating');
    if (!names.ok) return names;
    const rating = { about: about.value, unit: wish.unit, voter: voter.value, stars: wish.stars, atMs: nowMs() };
    await store.citizens.polls.rate(rating, names.value);
    return ok({ stars: wish.stars, voter: kind });
  }

  /** Names under which this device and phone vote. */
  votersOf({ device, phone }: Voter, purpose: string): Result<string[]> {
    const byDevice = this.#voter(purpose, 'device', { device, phone });
    if (!byDevice.ok) return byDevice;
    if (phone === null) return ok([byDevice.value]);
    const byPhone = this.#voter(purpose, 'phone', { device, phone });
    return byPhone.ok ? ok([byDevice.value, byPhone.value]) : byPhone;
  }

  /** One look: polls that opened are told, those whose time is over are counted. */
  async look(): Promise<void> {
    const { store, teller, nowMs } = this.#options;
    for (const poll of await store.citizens.polls.polls(undefined, citizenLimits.polls)) {
      if (poll.counted !== null || poll.set === 'draft') continue;
      const state = pollState(poll, nowMs());
      if (state === 'closed' || state === 'withdrawn') await this.#settle(poll.id);
      if (state !== 'open' || this.#told.has(poll.id)) continue;
      this.#told.add(poll.id);
      teller.toUnits([poll.unit], { topic: 'polls', title: poll.title, text: poll.text.slice(0, 200), at: `#/polls/${poll.id}` });
    }
  }

  /** Drafts and what was withdrawn are nobody's to see; figures only when it is closed. */
  publicOf(poll: StoredPoll): PublicPoll | undefined {
    const state = pollState(poll, this.#options.nowMs());
    if (state !== 'open' && state !== 'closed') return undefined;
    const { id, kind, title, text, questions, voter, opensMs, closesMs, counted } = poll;
    const result = state === 'closed' && counted ? { ballots: counted.ballots, questions: counted.questions } : null;
    return { ...{ id, kind, unit: this.#options.unitOf(poll.unit), title, text, questions, voter, opensMs, closesMs, state, result } };
  }

  async answerOf(poll: StoredPoll): Promise<PollAnswer> {
    const { store, nowMs, unitOf } = this.#options;
    const { id, kind, title, text, questions, voter, opensMs, closesMs, by, madeMs, counted } = poll;
    const result = counted && { ballots: counted.ballots, questions: counted.questions, texts: counted.texts };
    return {
      ...{
        id,
        kind,
        unit: unitOf(poll.unit),
        title,
        text,
        questions,
        voter,
        opensMs,
        closesMs,
        state: pollState(poll, nowMs()),
        by,
        madeMs,
      },
      ballots: counted?.ballots ?? (await store.citizens.polls.ballots(id)),
      result,
    };
  }

  async #about(wish: CitizenRatingRequest): Promise<Result<string>> {
    const { store } = this.#options;
    if ('item' in wish)
      return (await store.sources.item(wish.item))?.published
        ? ok(`item ${wish.item}`)
        : bad('not-found', `no published item ${wish.item}`, '/item');
    if ('programme' in wish) {
      const found = await store.content.programme(wish.programme);
      return found?.state === 'approved'
        ? ok(`programme ${wish.programme}`)
        : bad('not-found', `no programme ${wish.programme}`, '/programme');
    }
    return ok(`level ${wish.month} ${wish.level}`);
  }

  /** A name for one purpose: what somebody voted in one poll is not found from another. */
  #voter(purpose: string, kind: VoterKind, { device, phone }: Voter): Result<string> {
    const { key, nowMs } = this.#options;
    const known = key.device(device);
    if (!known.ok) return known;
    if (kind === 'device') return ok(key.hash('voter', purpose, 'device', known.value));
    if (phone === null) return bad('wrong-code', 'this asks for a verified phone', '/phone');
    const proved = key.phone(phone, nowMs());
    return proved.ok ? ok(key.hash('voter', purpose, 'phone', key.phoneName(proved.value))) : proved;
  }

  async #decide(id: string, judge: (poll: StoredPoll) => Result<StoredPoll>, act: Act): Promise<Result<StoredPoll>> {
    const { store, changed } = this.#options;
    const found = (poll: StoredPoll | undefined) => (poll ? judge(poll) : bad<StoredPoll>('not-found', `no poll ${id}`));
    const done = await store.citizens.polls.decidePoll(id, found, Number.POSITIVE_INFINITY, act);
    if (done.ok) changed(id);
    return done;
  }

  async #settle(id: string): Promise<StoredPoll | undefined> {
    const { store, act, changed, nowMs } = this.#options;
    const count = (poll: StoredPoll, ballots: readonly Answers[]) => countBallots(poll.questions, ballots, nowMs());
    const settled = await store.citizens.polls.settle(id, count, act('centre', 'poll.count', id));
    if (settled) changed(id);
    return settled;
  }
}

/** One lies in the other. */
export function isAround(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
