// The plan as people look at it over REST: a week over all boxes, the next day box by box, what a changed policy would refuse.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { AgendaPlay, BoxStrip, PolicyLook } from '../../schemas/agenda.ts';
import { AreaPath, Id, within } from '../../schemas/ids.ts';
import { checkPolicy } from '../../schemas/plan.ts';
import { Policy } from '../../schemas/policy.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { BoxSettings, defaultBoxSettings } from '../../schemas/settings.ts';
import { InstantMs } from '../../schemas/time.ts';
import type { Centre } from '../centre.ts';
import { lookAtPolicy } from '../core/policy-look.ts';
import { sees } from '../core/sight.ts';
import { agendaOf, stripOf } from '../core/week-agenda.ts';
import { readContent } from '../dispatch.ts';
import { Whole } from './queries.ts';
import { declare } from './route.ts';

const dayMs = 24 * 3600_000;
const agendaMaxMs = 45 * dayMs;
const playsMax = 5_000;
const stripMaxMs = 2 * dayMs;
const lookAheadMs = 14 * dayMs;

const Span = { fromMs: v.pipe(Whole, InstantMs), toMs: v.pipe(Whole, InstantMs) };
/** `group`: only what this group is to play. */
const AgendaQuery = v.object({ ...Span, group: v.optional(Id), box: v.optional(Id) });
const StripsQuery = v.object({
  ...Span,
  boxes: v.pipe(
    v.string(),
    v.transform((text) => text.split(',')),
    v.array(Id),
    v.maxLength(50),
  ),
});
const PolicyLookRequest = v.strictObject({ area: v.optional(AreaPath), policy: v.nullable(Policy) });

/** A box as it comes, with a loudspeaker and a board: for groups that nobody belongs to yet. */
const anyBox = v.parse(BoxSettings, {
  ...defaultBoxSettings,
  outputs: [
    { id: 'main', kind: 'loudspeaker' },
    { id: 'screen', kind: 'board' },
  ],
});

export function planRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, registry, card, nowMs } = centre;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/agenda', act: 'read', query: AgendaQuery, perMinute: 240 },
    async ({ person, query: { fromMs, toMs, group, box } }): Promise<Result<readonly AgendaPlay[]>> => {
      if (toMs - fromMs > agendaMaxMs) return bad('bad-input', 'at most 45 days at once', '/toMs');
      const content = await readContent(store, nowMs());
      if (!content) return ok([]);
      const seen = registry.all().filter((one) => sees(person.grants, one.area) && (box === undefined || one.id === box));
      const boxes = group === undefined ? seen : seen.filter(({ groups }) => groups.includes(group));
      // Verdicts count all that a box plays; only then is cut what was not asked for.
      const heard = box === undefined ? undefined : new Set(seen.flatMap(({ groups }) => groups));
      const asked = content.schedules.filter(
        ({ groups }) => (group === undefined || groups.includes(group)) && (!heard || groups.some((one) => heard.has(one))),
      );
      const wanted = new Set(asked.map(({ schedule }) => schedule.id));
      const plays = agendaOf(boxes, content, anyBox, fromMs, toMs).filter(({ schedule }) => wanted.has(schedule));
      return ok(plays.slice(0, playsMax));
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/strips', act: 'read', query: StripsQuery, perMinute: 120 },
    async ({ person, query: { fromMs, toMs, boxes } }): Promise<Result<readonly BoxStrip[]>> => {
      if (toMs - fromMs > stripMaxMs) return bad('bad-input', 'at most two days at once', '/toMs');
      const content = await readContent(store, nowMs());
      const known = boxes.map((id) => registry.box(id)).filter((box) => box !== undefined && sees(person.grants, box.area));
      return ok(content ? known.flatMap((box) => (box ? [stripOf(box, content, fromMs, toMs)] : [])) : []);
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/policy/preview', act: 'read', body: PolicyLookRequest, perMinute: 60 },
    async ({ person, body }): Promise<Result<PolicyLook>> => {
      const area = body.area === undefined || body.area === card.area ? '' : body.area;
      if (area !== '' && !within(area, card.area)) return bad('bad-input', `${area} is not in ${card.area}`, '/area');
      if (area === '' && body.policy === null) return bad('bad-input', 'the centre’s own policy is changed, not taken away', '/policy');
      const checked = body.policy ? checkPolicy(body.policy) : ok(undefined);
      if (!checked.ok) return checked;
      const content = await readContent(store, nowMs());
      if (!content) return ok({ boxes: 0, refused: [], freed: [], refusedCount: 0, freedCount: 0 });
      const boxes = registry.all().filter((box) => sees(person.grants, box.area));
      const span = { fromMs: nowMs(), toMs: nowMs() + lookAheadMs };
      return ok(lookAtPolicy({ area, policy: body.policy }, content, boxes, anyBox, span));
    },
  );
}
