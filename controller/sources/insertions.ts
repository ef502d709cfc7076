// A priority item put into the days of units: one programme for all, one schedule for each, both in the tables as any other.
import { randomId } from '../../hardware/host/crypto.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import { bad, ok } from '../../schemas/problems.ts';
import type { Item, Level, Programme } from '../../schemas/programme.ts';
import type { ZoneClock } from '../../schemas/zones.ts';
import type { CentreCard } from '../centre.ts';
import type { CentreContent } from '../core/compile-want.ts';
import { insertedSchedule } from '../core/source-insert.ts';
import { groupsWithin, type InboxEntry, type SourceIssue, waitingEntry } from '../core/source-issue.ts';
import type { SourceItem } from '../core/source-item.ts';
import type { Box, Store, StoredProgramme } from '../store/store.ts';
import type { Asking } from './source-desk.ts';

export interface InsertionOptions {
  readonly store: Pick<Store, 'content' | 'issues'>;
  readonly card: CentreCard;
  readonly clock: ZoneClock;
  readonly boxes: () => readonly Box[];
  /** All that boxes play now. */
  readonly content: () => Promise<CentreContent | undefined>;
  readonly nowMs: () => number;
}

export interface InsertionWish {
  readonly source: SourceItem;
  readonly item: Item;
  readonly level: Level;
  readonly issue: SourceIssue;
  /** Wider ones first. */
  readonly units: readonly { readonly unit: string; readonly area: AreaPath }[];
}

/** What could be placed nowhere stays in the unit's inbox for people to place. */
export async function insertEverywhere(options: InsertionOptions, wish: InsertionWish, asking: Asking): Promise<void> {
  const { store, nowMs } = options;
  const { issue, source, units } = wish;
  const stored = programmeOf(options, wish);
  const { programme } = stored;
  await store.content.saveProgramme(stored, asking.act('programme.write', programme.id, { ...programme, issue: issue.id }));
  const content = await options.content();
  if (!content) return;
  const all = options.boxes();
  const done: { readonly area: AreaPath; readonly schedule: string }[] = [];
  for (const { unit, area } of units) {
    const around = done.find((one) => within(area, one.area));
    const entry: InboxEntry = {
      ...waitingEntry(issue, unit),
      ...{ answer: 'inserted', by: asking.account, answeredMs: nowMs(), programme: programme.id },
    };
    if (around) {
      // A unit inside one that has it already hears it with that.
      const act = asking.act('inbox.insert', issue.id, { unit, schedule: around.schedule });
      const judge = (there: InboxEntry) =>
        there.answer === 'waiting' ? ok({ ...entry, schedule: around.schedule }) : bad('conflict', `it is ${there.answer} by now`);
      await store.issues.answer(issue.id, unit, judge, act);
      continue;
    }
    const { groups } = groupsWithin(all, area);
    const boxes = all.filter((box) => box.groups.some((group) => groups.includes(group)));
    const { validUntilMs: untilMs = null } = source.published?.content ?? {};
    const schedule = insertedSchedule({
      id: randomId('lich'),
      programme,
      groups,
      boxes,
      content,
      clock: options.clock,
      atMs: nowMs(),
      untilMs,
    });
    if (!schedule) continue;
    const planned = { schedule, groups, author: asking.account, createdMs: nowMs() };
    const act = asking.act('schedule.add', schedule.id, { ...schedule, groups, issue: issue.id, unit });
    const inserted = await store.issues.insert({ ...entry, schedule: schedule.id }, planned, act);
    if (inserted) done.push({ area, schedule: schedule.id });
  }
}

/** Approved as the item was: by whoever approved the version. */
function programmeOf({ card, nowMs }: InsertionOptions, { source, item, level, issue }: InsertionWish): StoredProgramme {
  const programme: Programme = {
    ...{ id: randomId('ct'), title: item.title, form: item.type === 'text/html' ? 'bulletin' : 'audio', tier: 'priority' },
    ...{ level, centre: card.id, items: [item] },
  };
  const version = source.published ?? source.latest;
  const approver = version.steps.findLast(({ step }) => step === 'approve')?.by ?? null;
  return { programme, sources: [source.id], state: 'approved', author: version.author, approver, changedMs: nowMs(), note: issue.id };
}
