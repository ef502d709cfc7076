// Faults over REST: what needs a person now, the history, and what people did.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { type FaultReason, faultKinds } from '../../schemas/faults.ts';
import { Id } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { type Fault, type FaultAct, isOpen } from '../core/faults.ts';
import { may } from '../core/roles.ts';
import { sees } from './boxes.ts';
import { limit } from './queries.ts';
import { declare } from './route.ts';

const FaultQuery = v.object({ state: v.optional(v.picklist(['open', 'all']), 'open'), box: v.optional(Id), limit: limit(1000) });
const Note = v.optional(v.pipe(v.string(), v.trim(), v.maxLength(500)), '');
const AnswerRequest = v.strictObject({ note: Note });
const AssignRequest = v.strictObject({ assignee: Id, note: Note });

export interface FaultAnswer extends Fault {
  readonly boxName: string | null;
  readonly open: boolean;
  readonly rank: 'alarm' | 'notice';
  readonly vi: string;
  readonly en: string;
  readonly nextVi: string;
  readonly nextEn: string;
}

export function faultRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, registry } = centre;

  declare(app, centre, { method: 'GET', url: '/api/faults', act: 'read', query: FaultQuery }, async ({ person, query }) => {
    const boxes = registry.all().filter((box) => sees(person.grants, box.area) && (query.box ?? box.id) === box.id);
    const names = new Map(boxes.map(({ id, name }) => [id, name]));
    const found = await store.faults.faults({ boxes: [...names.keys()], open: query.state === 'open', limit: query.limit });
    return ok(found.map((fault) => answerOf(fault, names.get(fault.box) ?? fault.box)));
  });

  const acts = [
    { word: 'answer', body: AnswerRequest },
    { word: 'assign', body: AssignRequest },
    { word: 'resolve', body: AnswerRequest },
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

function answerOf(fault: Fault, boxName: string): FaultAnswer {
  return { ...fault, ...faultKinds[fault.reason as FaultReason], boxName, open: isOpen(fault) };
}
