// Programmes: composed of stored content, handed in, judged by somebody else, withdrawn.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { randomId } from '../../hardware/host/crypto.ts';
import { type ProgrammeAnswer, ProgrammeRequest } from '../../schemas/api.ts';
import { wrongItem } from '../../schemas/plan.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Item, Programme } from '../../schemas/programme.ts';
import type { Centre } from '../centre.ts';
import { judgeStep, type ProgrammeStep, stepActs } from '../core/roles.ts';
import type { StoredProgramme } from '../store/store.ts';
import { declare } from './route.ts';

const StepRequest = v.optional(v.nullable(v.object({ note: v.optional(v.pipe(v.string(), v.maxLength(500)), '') })));
const steps: readonly ProgrammeStep[] = ['submit', 'approve', 'reject', 'withdraw'];

export function programmeRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, dispatch, feed, card } = centre;

  declare(app, centre, { method: 'GET', url: '/api/programmes', act: 'read' }, async () =>
    ok((await store.content.programmes()).map(answerOf)),
  );

  declare(app, centre, { method: 'GET', url: '/api/programmes/:id', act: 'read' }, async ({ params }) => {
    const stored = await store.content.programme(params['id'] ?? '');
    return stored ? ok(answerOf(stored)) : bad('not-found', `no programme ${params['id']}`);
  });

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/programmes', act: 'programme.write', body: ProgrammeRequest, status: 201 },
    async ({ person, body, act }): Promise<Result<ProgrammeAnswer>> => {
      const items = await itemsOf(centre, body.items, body.form);
      if (!items.ok) return items;
      const programme: Programme = {
        id: randomId('ct'),
        title: body.title,
        form: body.form,
        tier: body.tier,
        level: card.level,
        centre: card.id,
        items: items.value,
      };
      const stored: StoredProgramme = {
        programme,
        state: 'draft',
        author: person.account,
        approver: null,
        changedMs: centre.nowMs(),
        note: '',
      };
      await store.content.saveProgramme(stored, act('programme.write', programme.id, programme));
      feed.tell('programme', programme.id);
      return ok(answerOf(stored));
    },
  );

  for (const step of steps) {
    declare(
      app,
      centre,
      { method: 'POST', url: `/api/programmes/:id/${step}`, act: stepActs[step], body: StepRequest },
      async ({ person, params, body, act }): Promise<Result<ProgrammeAnswer>> => {
        const stored = await store.content.programme(params['id'] ?? '');
        if (!stored) return bad('not-found', `no programme ${params['id']}`);
        const judged = judgeStep(step, stored, { account: person.account, grants: person.grants, area: card.area });
        if (!judged.ok) return judged;
        const judging = step === 'approve' || step === 'reject';
        const next: StoredProgramme = {
          ...stored,
          state: judged.value,
          approver: judging ? person.account : step === 'submit' ? null : stored.approver,
          changedMs: centre.nowMs(),
          note: body?.note ?? '',
        };
        await store.content.saveProgramme(next, act(`programme.${step}`, stored.programme.id, stored.programme));
        await dispatch.changed();
        feed.tell('programme', stored.programme.id);
        return ok(answerOf(next));
      },
    );
  }
}

type Wishes = v.InferOutput<typeof ProgrammeRequest>['items'];
type Bounds = Partial<Pick<Item, 'share' | 'validFromMs' | 'validUntilMs' | 'durationMs'>>;

function definedOf(wish: { readonly [K in keyof Bounds]: Bounds[K] | undefined }): Bounds {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)) as Bounds;
}

/** The stored items of these hashes, fit for the form. Problems: not-found, bad-input. */
async function itemsOf({ store }: Centre, wishes: Wishes, form: Programme['form']): Promise<Result<Item[]>> {
  const items: Item[] = [];
  for (const [index, wish] of wishes.entries()) {
    const { sha256, ...more } = typeof wish === 'string' ? { sha256: wish } : wish;
    const medium = await store.content.medium(sha256);
    if (!medium) return bad('not-found', `no content ${sha256}`, `/items/${index}`);
    if ((medium.item.type === 'text/html') !== (form === 'bulletin'))
      return bad('bad-input', `${medium.item.type} in a programme of ${form}`, `/items/${index}`);
    const item = { ...medium.item, ...definedOf(more) };
    const wrong =
      wrongItem(item) ?? (form === 'audio' && item.durationMs !== medium.item.durationMs ? 'a sound is as long as it is' : undefined);
    if (wrong !== undefined) return bad('bad-input', wrong, `/items/${index}`);
    items.push(item);
  }
  return ok(items);
}

function answerOf({ programme, state, author, approver, changedMs }: StoredProgramme): ProgrammeAnswer {
  return { ...programme, state, author, approver, madeMs: changedMs };
}
