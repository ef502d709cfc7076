// What boards showed, as rows and as a table file, and what they will show.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { Id, Sha256 } from '../../schemas/ids.ts';
import { preview } from '../../schemas/preview.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { BoardPreviewAnswer, ShowingsAnswer } from '../../schemas/showing-api.ts';
import { showingsIn } from '../../schemas/showings.ts';
import type { Centre } from '../centre.ts';
import { linesWithin, type Proof, proofOfBoard, proofOfLines, type Span, sumOf } from '../core/board-proof.ts';
import { planFor } from '../core/compile-want.ts';
import { sees } from '../core/sight.ts';
import { readContent } from '../dispatch.ts';
import type { StoredReceipt, StoredShowing } from '../store/store.ts';
import { limit, TimelineQuery, Whole } from './queries.ts';
import { declare } from './route.ts';
import { writeShowingTable } from './showing-table.ts';

const dayMs = 24 * 3600_000;
const periodMaxMs = 92 * dayMs;
const previewMaxMs = 2 * dayMs;
const previewShowingsMax = 2_000;

/** The last seven days unless said. */
const ShowingQuery = v.object({
  box: v.optional(Id),
  bulletin: v.optional(Sha256),
  fromMs: v.optional(Whole),
  toMs: v.optional(Whole),
  format: v.optional(v.picklist(['json', 'csv']), 'json'),
  limit: limit(10_000),
});
type Asked = v.InferOutput<typeof ShowingQuery>;

export function showingRoutes(app: FastifyInstance, centre: Centre): void {
  declare(
    app,
    centre,
    { method: 'GET', url: '/api/showings', act: 'read', query: ShowingQuery, perMinute: 60 },
    async ({ person, query, reply }): Promise<Result<ShowingsAnswer | undefined>> => {
      const box = query.box === undefined ? undefined : centre.registry.box(query.box);
      if (query.box !== undefined && !(box && sees(person.grants, box.area))) return bad('not-found', `no box ${query.box}`, '/box');
      const toMs = query.toMs ?? centre.nowMs();
      const fromMs = query.fromMs ?? toMs - 7 * dayMs;
      if (!(fromMs < toMs)) return bad('bad-input', 'the period ends before it begins', '/toMs');
      if (toMs - fromMs > periodMaxMs) return bad('bad-input', 'at most 92 days at once', '/toMs');
      const mine = ({ dev }: { readonly dev: string }) => sees(person.grants, centre.registry.box(dev)?.area ?? centre.card.area);
      const filter = { ...(query.box !== undefined && { dev: query.box }), fromMs, toMs };
      const [rows, receipts] = await Promise.all([centre.store.log.showings(filter), centre.store.log.receiptsBetween(filter)]);
      const seen = rows.filter(mine);
      const proof = proofOf(centre, query, seen, receipts.filter(mine), { fromMs, toMs });
      const listed = seen.filter(({ showing }) => hasBulletin(query, showing)).slice(0, query.limit);
      const named = listed.map(({ dev, showing, receivedMs }) => {
        return { box: dev, boxName: centre.registry.box(dev)?.name ?? null, storedMs: receivedMs, showing };
      });
      if (query.format === 'json') return ok({ fromMs, toMs, proof, rows: named });
      const titles = new Map((await centre.store.content.media()).map(({ item }) => [item.sha256 as string, item.title]));
      await reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="bang-tin.csv"')
        .send(writeShowingTable(named, titles, proof));
      return ok(undefined);
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/boards/preview', act: 'read', query: TimelineQuery, perMinute: 240 },
    async ({ person, query }): Promise<Result<BoardPreviewAnswer>> => {
      const box = centre.registry.box(query.box);
      if (!box || !sees(person.grants, box.area)) return bad('not-found', `no box ${query.box}`, '/box');
      if (query.toMs - query.fromMs > previewMaxMs) return bad('bad-input', 'at most two days at once', '/toMs');
      const content = await readContent(centre.store, centre.nowMs());
      if (!content) return ok({ box: box.id, showings: [] });
      const segments = preview(planFor(box, content), query.fromMs, query.toMs).segments.filter(
        ({ occurrence }) => occurrence.kind === 'board',
      );
      const showings = segments.flatMap(({ output, fromMs, toMs, occurrence }) =>
        showingsIn(occurrence, fromMs, toMs).map((one) => {
          const item = one.item && { sha256: one.item.sha256, title: one.item.title };
          return { output, occurrence: occurrence.id, programme: occurrence.programme, fromMs: one.fromMs, untilMs: one.untilMs, item };
        }),
      );
      return ok({ box: box.id, showings: showings.slice(0, previewShowingsMax) });
    },
  );
}

function hasBulletin({ bulletin }: Asked, { lines }: StoredShowing['showing']): boolean {
  return bulletin === undefined || lines.some(({ sha256 }) => sha256 === bulletin);
}

/** Board by board; for one bulletin by its lines. */
function proofOf(
  { registry }: Centre,
  asked: Asked,
  rows: readonly StoredShowing[],
  receipts: readonly StoredReceipt[],
  period: Span,
): Proof {
  const { bulletin } = asked;
  if (bulletin !== undefined)
    return proofOfLines(rows.flatMap(({ showing }) => linesWithin(showing, period).filter(({ sha256 }) => sha256 === bulletin)));
  const boards = new Map<string, { rows: StoredShowing[]; receipts: StoredReceipt[] }>();
  const of = (dev: string, output: string) => {
    const found = boards.get(`${dev} ${output}`) ?? { rows: [], receipts: [] };
    boards.set(`${dev} ${output}`, found);
    return found;
  };
  for (const row of rows) of(row.dev, row.showing.output).rows.push(row);
  for (const one of receipts) {
    const { output, what } = one.receipt;
    const isBoard = registry.box(one.dev)?.settings.outputs.some(({ id, kind }) => id === output && kind === 'board');
    if (isBoard && what === 'occurrence') of(one.dev, output).receipts.push(one);
  }
  return sumOf(
    [...boards.values()].map((one) =>
      proofOfBoard(
        one.rows.map(({ showing }) => showing),
        one.receipts.map(({ receipt }) => receipt),
        period,
      ),
    ),
  );
}
