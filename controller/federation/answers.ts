// Questions of the centre above, answered from this centre's own tables or by the centre further below that knows.
import { type BoxLine, type ComingLine, federationLimits, type Question, type ReceiptLine, type Told } from '../../schemas/federation.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { agenda } from '../../schemas/timeline.ts';
import { type BoxToServe, type CentreContent, planFor } from '../core/compile-want.ts';
import { statusOf } from '../core/fleet-status.ts';
import type { SourceIssue } from '../core/source-issue.ts';
import { homeOf } from '../core/source-place.ts';
import type { Registry } from '../registry.ts';
import { readReceipts } from '../sources/handling.ts';
import type { Box, Store } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';

export interface AnswersOptions {
  readonly store: Pick<Store, 'sources' | 'issues' | 'content' | 'log' | 'steering'>;
  readonly units: Pick<UnitDesk, 'tree' | 'today'>;
  readonly registry: Pick<Registry, 'all' | 'box' | 'seen'>;
  readonly connected: (dev: string) => boolean;
  readonly content: () => Promise<CentreContent | undefined>;
  /** The centre below that answers for a place, and how it is asked. */
  readonly answerer: (area: AreaPath) => string | undefined;
  readonly askBelow: (centre: string, question: Question, withinMs: number) => Promise<Result<Told>>;
  readonly nowMs: () => number;
}

type Asked<K extends Question['ask']> = Extract<Question, { ask: K }>;
const hourMs = 3600_000;
/** Each centre on the way keeps some of the time for itself. */
const wayMs = 1_000;

export class Answers {
  readonly #options: AnswersOptions;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** Names of `asker`, the centre above: its issue, its unit. Problems: not-found, too-large, offline. */
  async answer(question: Question, asker: string, nameOf: (issue: string) => string, withinMs: number): Promise<Result<Told>> {
    switch (question.ask) {
      case 'receipts': {
        const issue = await this.#options.store.issues.issue(nameOf(question.issue));
        const unit = issue?.origin?.units.find(({ above }) => above === question.unit)?.unit;
        if (issue?.origin?.centre !== asker || unit === undefined)
          return bad('not-found', `nothing of ${question.issue} for ${question.unit}`);
        return this.receipts(issue, unit, question, withinMs);
      }
      case 'boxes':
        return this.boxes(question, withinMs);
      case 'coming':
        return this.coming(question);
      default:
        return question satisfies never;
    }
  }

  /** Receipts of an issue in one unit of our own tree. Problems: not-found, too-large, offline. */
  async receipts(
    issue: SourceIssue,
    unit: string,
    { after, limit }: Pick<Asked<'receipts'>, 'after' | 'limit'>,
    withinMs: number,
  ): Promise<Result<Told>> {
    const { store, units, registry, answerer, askBelow, nowMs } = this.#options;
    const area = homeOf(units.tree, units.today(), unit)?.area;
    const item = await store.sources.item(issue.item);
    if (area === undefined || !item) return bad('not-found', `no unit ${unit} today`);
    const far = answerer(area);
    if (far !== undefined) return askBelow(far, { ask: 'receipts', issue: issue.id, unit, after, limit }, withinMs - wayMs);
    const read = await readReceipts({ store, boxes: () => registry.all(), nowMs }, item, { area, fromMs: issue.atMs });
    if (!read.ok) return read;
    const lines = read.value.map(({ box, receipt }) => receiptLine(box, receipt)).sort((a, b) => compare(placeOf(a), placeOf(b)));
    const rest = after === null ? lines : lines.filter((line) => compare(placeOf(line), [after.startMs, after.dev, after.occurrence]) > 0);
    return ok({ is: 'receipts', lines: rest.slice(0, limit), more: rest.length > limit });
  }

  async boxes({ area, after }: Asked<'boxes'>, withinMs: number): Promise<Result<Told>> {
    const { registry, connected, answerer, askBelow, nowMs } = this.#options;
    const far = answerer(area);
    if (far !== undefined) return askBelow(far, { ask: 'boxes', area, after }, withinMs - wayMs);
    const found = registry.all().filter((box) => within(box.area, area) && (after === null || box.id > after));
    const lines = found.slice(0, federationLimits.lines).map(({ id: dev, name, area: place }): BoxLine => {
      const { online, lastSeenMs, health } = statusOf(registry.seen(dev), connected(dev), nowMs());
      return { dev, name, area: place, online, lastSeenMs, health: health.state };
    });
    return ok({ is: 'boxes', lines, more: found.length > lines.length });
  }

  /** What one box of ours will play. Problems: not-found, conflict (no policy yet). */
  async coming({ box: id, hours }: Asked<'coming'>): Promise<Result<Told>> {
    const { registry, content, nowMs } = this.#options;
    const box: BoxToServe | undefined = registry.box(id);
    if (!box) return bad('not-found', `no box ${id}`);
    const known = await content();
    if (!known) return bad('conflict', 'the centre has no policy yet');
    const fromMs = nowMs();
    const all = agenda(planFor(box, known), fromMs, fromMs + hours * hourMs);
    const lines = all
      .slice(0, federationLimits.lines)
      .map(({ startMs, endMs, title, class: rank, refused }): ComingLine => ({ startMs, endMs, title, class: rank, refused }));
    return ok({ is: 'coming', lines, more: all.length > lines.length });
  }
}

function receiptLine(
  { id: dev, name, area }: Box,
  receipt: {
    readonly occurrence: string;
    readonly outcome: string;
    readonly plannedStartMs: number;
    readonly plannedEndMs: number;
    readonly audibleMs: number;
    readonly proof?: string;
  },
): ReceiptLine {
  const { occurrence, outcome, plannedStartMs: startMs, plannedEndMs: endMs, audibleMs, proof = null } = receipt;
  return { dev, box: name, area, occurrence, outcome, startMs, endMs, audibleMs, proof };
}

type ReceiptPlace = readonly [startMs: number, dev: string, occurrence: string];

function placeOf({ startMs, dev, occurrence }: ReceiptLine): ReceiptPlace {
  return [startMs, dev, occurrence];
}

function compare(a: ReceiptPlace, b: ReceiptPlace): number {
  if (a[0] !== b[0]) return a[0] - b[0];
  if (a[1] !== b[1]) return a[1] < b[1] ? -1 : 1;
  return a[2] === b[2] ? 0 : a[2] < b[2] ? -1 : 1;
}
