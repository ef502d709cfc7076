// Faults over REST: what needs a person now, the history, and what people did.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { type Fault, type FaultAnswer, type FaultReason, faultKinds } from '../../schemas/faults.ts';
import { Id } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { InstantMs } from '../../schemas/time.ts';
import type { Centre } from '../centre.ts';
import { type FaultAct, isOpen } from '../core/faults.ts';
import { type Grant, may } from '../core/roles.ts';
import { sees, seesAll } from '../core/sight.ts';
import { cutPage, pageEntries, placeOf } from './paging.ts';
import { declare } from './route.ts';

const FaultQuery = v.object({ state: v.optional(v.picklist(['open', 'all']), 'open'), box: v.optional(Id), ...pageEntries(100, 1000) });
const FaultPlace = v.tuple([InstantMs, v.string()]);
const Note = v.optional(v.pipe(v.string(), v.trim(), v.maxLength(500)), '');
const AnswerRequest = v.strictObject({ note: Note });
const AssignRequest = v.strictObject({ assignee: Id, note: Note });
const ShelveRequest = v.strictObject({ untilMs: v.nullable(InstantMs), note: Note });

export function faultRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, registry } = centre;

  declare(app, centre, { method: 'GET', url: '/api/faults', act: 'read', query: FaultQuery }, async ({ person, query, ...door }) => {
    const place = placeOf(FaultPlace, query);
    if (!place.ok) return place;
    const [openedMs = 0, id = ''] = place.value ?? [];
    const found = await store.faults.faults({
      ...{ boxes: boxesSeen(centre, person.grants, query.box), open: query.state === 'open', limit: query.limit + 1 },
      ...(place.value && { after: { openedMs, id } }),
    });
    const page = cutPage(door, query, found, (fault) => [fault.openedMs, fault.id]);
    return ok(page.map((fault) => answerOf(fault, registry.box(fault.box)?.name ?? fault.box)));
  });

  const acts = [
    { word: 'answer', body: AnswerRequest },
    { word: 'assign', body: AssignRequest },
    { word: 'resolve', body: AnswerRequest },
    { word: 'shelve', body: ShelveRequest },
  ] as const;
  for (const { word, body: shape } of acts)
    declare(
      app,
      centre,
      { method: 'POST', url: `/api/faults/:id/${word}`, act: 'fault.answer', body: shape },
      async ({ person, params, body, act }): Promise<Result<FaultAnswer>> => {
        const fault = await store.faults.fault(params['id'] ?? '');
        const box = fault && registry.box(fault.box);
        if (!fault || !box || !sees(person.grants, box.area)) return bad('not-found', `no fault ${params['id']}`);
        const allowed = may(person.grants, 'fault.answer', box.area);
        if (!allowed.ok) return allowed;
        if ('assignee' in body && !(await store.people.account(body.assignee)))
          return bad('not-found', `no account ${body.assignee}`, '/assignee');
        const wish = { act: word, ...body } as FaultAct;
        const done = await centre.faults.answer(fault.id, wish, person.account, act(`fault.${word}`, fault.id, body));
        return done.ok ? ok(answerOf(done.value, box.name)) : done;
      },
    );
}

/** Ids of the boxes a person sees; undefined: all. */
function boxesSeen({ registry, card }: Centre, grants: readonly Grant[], box: string | undefined): readonly string[] | undefined {
  if (box === undefined && seesAll(grants, card.area)) return undefined;
  const asked = box === undefined ? registry.all() : [registry.box(box)].flatMap((one) => one ?? []);
  return asked.filter(({ area }) => sees(grants, area)).map(({ id }) => id);
}

function answerOf(fault: Fault, boxName: string): FaultAnswer {
  return { ...fault, ...faultKinds[fault.reason as FaultReason], boxName, open: isOpen(fault) };
}
