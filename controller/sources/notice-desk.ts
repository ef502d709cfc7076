// Notices as people meet them: their own, and those of the units below whom they read.
import type { AreaPath } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type NoticeAnswer, noticeWhys } from '../../schemas/steering.ts';
import type { CentreCard } from '../centre.ts';
import { isFor, type Notice } from '../core/notices.ts';
import { type Grant, may } from '../core/roles.ts';
import { unitsAt } from '../core/source-place.ts';
import type { Feed } from '../feed.ts';
import type { Store } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';
import type { Asking, SourceDesk } from './source-desk.ts';

export interface NoticeDeskOptions {
  readonly store: Pick<Store, 'steering'>;
  readonly sources: Pick<SourceDesk, 'areaOf' | 'brief'>;
  readonly units: Pick<UnitDesk, 'tree' | 'today'>;
  readonly card: CentreCard;
  readonly feed: Pick<Feed, 'tell'>;
  readonly nowMs: () => number;
}

/** Rows looked through for one answer: most of a unit's notices are for its own people. */
const rowsMax = 2_000;
const unitsTold = 20;

export class NoticeDesk {
  readonly #options: NoticeDeskOptions;

  constructor(options: NoticeDeskOptions) {
    this.#options = options;
  }

  /** Newest first; `below`: of all places this person reads, else one's own. */
  async list(
    { below, unread, limit }: { readonly below: boolean; readonly unread: boolean; readonly limit: number },
    grants: readonly Grant[],
  ): Promise<NoticeAnswer[]> {
    const { store, units, card } = this.#options;
    const sees = (area: AreaPath) => (below ? may(grants, 'read', area).ok : grants.some((grant) => grant.area === area));
    const places = [...unitsAt(units.tree, units.today(), sees), ...(sees(card.area) ? [null] : [])];
    const found = await store.steering.notices({ units: places, unread, limit: rowsMax });
    const seen = below ? found : found.filter((notice) => isFor(notice, this.#areaOf(notice), grants));
    return seen.slice(0, limit).map((notice) => this.#answer(notice, grants));
  }

  /** đã đọc. Problems: not-found (other people's). */
  async read(id: string, { account, grants, act }: Asking): Promise<Result<NoticeAnswer>> {
    const { store, feed, nowMs } = this.#options;
    const notice = await store.steering.notice(id);
    if (!notice || !isFor(notice, this.#areaOf(notice), grants)) return bad('not-found', `no notice ${id}`);
    const done = await store.steering.read(id, { by: account, atMs: nowMs() }, act('notice.read', id));
    if (!done.ok) return done;
    feed.tell('notice', notice.issue ?? id);
    return ok(this.#answer(done.value, grants));
  }

  #areaOf({ unit }: Notice): AreaPath {
    const { sources, card } = this.#options;
    return unit === null ? card.area : sources.areaOf({ unit });
  }

  #answer(notice: Notice, grants: readonly Grant[]): NoticeAnswer {
    const { sources, card } = this.#options;
    const { id, why, unit, roles, atMs, dueMs, item, issue, programme, title, units, read } = notice;
    const { name, level, area } = card;
    return {
      ...{ id, why, text: `${noticeWhys[why].vi}: ${title}`, roles, atMs, dueMs, item, issue, programme, title, read },
      unit: unit === null ? { id: card.id, name, level, area } : sources.brief(unit),
      units: units.slice(0, unitsTold).map((one) => sources.brief(one)),
      unitCount: units.length,
      own: isFor(notice, this.#areaOf(notice), grants),
    };
  }
}
