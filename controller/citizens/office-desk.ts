// Officials at what residents said: who sees which, every step with its right, and what is told to the resident.
import type { FeedbackAnswer } from '../../schemas/citizen-api.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type Feedback, type FeedbackWish, isOverdue, stepFeedback } from '../core/feedback.ts';
import { type ActName, type Grant, may } from '../core/roles.ts';
import { unitsAt } from '../core/source-place.ts';
import type { FeedbackFilter } from '../store/citizen-store.ts';
import type { Act } from '../store/store.ts';
import type { Broadcasts } from './broadcasts.ts';
import type { FeedbackDesk } from './feedback-desk.ts';
import type { CitizenParts, Teller } from './parts.ts';
import type { PoleBook } from './pole-book.ts';

export interface OfficeDeskOptions extends Pick<CitizenParts, 'store' | 'units' | 'register' | 'card' | 'nowMs'> {
  readonly desk: Pick<FeedbackDesk, 'unitOf' | 'toRepair'>;
  readonly poles: PoleBook;
  readonly broadcasts: Broadcasts;
  readonly teller: Teller;
  readonly changed: (id: string) => void;
}

/** Which right a step needs. */
export const stepRights = {
  assign: 'feedback.write',
  note: 'feedback.write',
  answer: 'feedback.write',
  link: 'feedback.write',
  hold: 'feedback.moderate',
  accept: 'feedback.moderate',
  refuse: 'feedback.moderate',
  publish: 'feedback.publish',
  hide: 'feedback.publish',
} as const satisfies Partial<Record<FeedbackWish['act'], ActName>>;
export type OfficeAct = keyof typeof stepRights;

export class OfficeDesk {
  readonly #options: OfficeDeskOptions;

  constructor(options: OfficeDeskOptions) {
    this.#options = options;
  }

  areaOf({ unit }: Pick<Feedback, 'unit'>): AreaPath {
    return this.#options.register.areaOf(unit) ?? this.#options.card.area;
  }

  /** What lies where one may read; of another place nothing is told. Problem: not-found. */
  async find(id: string, grants: readonly Grant[]): Promise<Result<Feedback>> {
    const found = await this.#options.store.citizens.feedback.feedback(id);
    return found && may(grants, 'feedback.read', this.areaOf(found)).ok ? ok(found) : bad('not-found', `no feedback ${id}`);
  }

  /** Newest first; of one unit and below it where one is asked. */
  list(filter: Omit<FeedbackFilter, 'units'> & { readonly unit?: string | undefined }, grants: readonly Grant[]): Promise<Feedback[]> {
    const { store, units, register } = this.#options;
    const { unit, ...rest } = filter;
    const under = unit === undefined ? undefined : register.areaOf(unit);
    if (unit !== undefined && under === undefined) return Promise.resolve([]);
    const seen = unitsAt(
      units.tree,
      units.today(),
      (area) => may(grants, 'feedback.read', area).ok && (under === undefined || area === under || area.startsWith(`${under}/`)),
    );
    return store.citizens.feedback.list({ ...rest, units: seen });
  }

  /** One step, and what follows from it for the resident. Problems: not-found, not-allowed, those of `stepFeedback`. */
  async step(
    id: string,
    wish: FeedbackWish & { readonly act: OfficeAct },
    seen: number,
    {
      account,
      grants,
      act,
    }: {
      readonly account: string;
      readonly grants: readonly Grant[];
      readonly act: (name: string, subject: string, content?: unknown) => Act;
    },
  ): Promise<Result<Feedback>> {
    const { store, nowMs, changed, desk } = this.#options;
    const found = await this.find(id, grants);
    if (!found.ok) return found;
    const allowed = may(grants, stepRights[wish.act], this.areaOf(found.value));
    if (!allowed.ok) return allowed;
    const linked = wish.act === 'link' ? await this.#isThere(wish.link) : ok(undefined);
    if (!linked.ok) return linked;
    const done = await store.citizens.feedback.decide(
      id,
      (one) => stepFeedback(one, wish, account, nowMs(), seen),
      act(`feedback.${wish.act}`, id, wish),
    );
    if (!done.ok) return done;
    if (wish.act === 'accept') await desk.toRepair(done.value);
    this.#tell(done.value, wish);
    changed(id);
    return ok((await store.citizens.feedback.feedback(id)) ?? done.value);
  }

  async answerOf(feedback: Feedback): Promise<FeedbackAnswer> {
    const { poles, broadcasts, desk, nowMs } = this.#options;
    const { id, number, kind, category, state, holds, text, trouble, item, photos, sound, mayPublish, receivedMs, dueMs } = feedback;
    const { assignee, answers, published, link, ticket, satisfaction, steps } = feedback;
    const pole = feedback.entry === null ? undefined : await poles.find(feedback.entry);
    return {
      ...{ id, number, kind, category, unit: desk.unitOf(feedback.unit), area: this.areaOf(feedback), state, holds, text },
      ...{ erased: feedback.erasedMs !== null, trouble, item, photos, sound, verified: feedback.phone !== null, mayPublish },
      pole: pole ? { entry: pole.entry, code: pole.code, name: pole.facts.name, box: pole.facts.box } : null,
      ...{ receivedMs, dueMs, overdue: isOverdue(feedback, nowMs()), assignee, answers, published, link, ticket, satisfaction, steps },
      broadcast: await broadcasts.of(feedback),
    };
  }

  async #isThere(link: NonNullable<Feedback['link']>): Promise<Result<void>> {
    const { store } = this.#options;
    if ('item' in link)
      return (await store.sources.item(link.item))?.published ? ok(undefined) : bad('not-found', `no published item ${link.item}`, '/item');
    return (await store.content.programme(link.programme))?.state === 'approved'
      ? ok(undefined)
      : bad('not-found', `no approved programme ${link.programme}`, '/programme');
  }

  #tell(feedback: Feedback, wish: FeedbackWish): void {
    const { teller } = this.#options;
    const { number } = feedback;
    if (wish.act === 'answer')
      teller.toOne(
        feedback,
        { topic: 'answers', title: 'Phản ánh đã có trả lời', text: `Phản ánh ${number} đã được trả lời.`, at: `#/receipt/${number}` },
        'answer',
      );
    if (wish.act === 'refuse')
      teller.toOne(
        feedback,
        { topic: 'answers', title: 'Phản ánh không được tiếp nhận', text: `Xem lý do của ${number}.`, at: `#/receipt/${number}` },
        'answer',
      );
  }
}
