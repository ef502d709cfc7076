// Programmes: composed of stored content, handed in, judged by somebody else, withdrawn.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { randomId } from '../../hardware/host/crypto.ts';
import { type ProgrammeAnswer, ProgrammeRequest } from '../../schemas/api.ts';
import { wrongItem } from '../../schemas/plan.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Item, Programme } from '../../schemas/programme.ts';
import { stepProgramme } from '../approval/programme-step.ts';
import type { Centre } from '../centre.ts';
import { type ProgrammeStep, stepActs } from '../core/roles.ts';
import { programmeStates, type StoredProgramme } from '../store/store.ts';
import { foundEntries, wordsFound } from './found.ts';
import { pageEntries, placeAfter, shownPage } from './paging.ts';
import { declare } from './route.ts';

/** Changed last first; of those that are asked for. */
const ProgrammesQuery = v.object({
  ...pageEntries(200, 1000),
  ...foundEntries,
  state: v.optional(v.picklist(programmeStates)),
});
const StepRequest = v.optional(v.nullable(v.object({ note: v.optional(v.pipe(v.string(), v.maxLength(500)), '') })));
const steps: readonly ProgrammeStep[] = ['submit', 'approve', 'reject', 'withdraw'];

export function programmeRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, feed, card } = centre;

  declare(app, centre, { method: 'GET', url: '/api/programmes', act: 'read', query: ProgrammesQuery }, async ({ query, ...door }) => {
    const after = placeAfter(query);
    if (!after.ok) return after;
    const found = wordsFound(query.q);
    const page = await shownPage<Place, PlacedProgramme>(door, query, {
      after: after.value,
      read: async (limit, place) => (await store.content.programmes({ after: place, limit })).map(placed),
      shows: ({ stored: { programme, state } }) =>
        (query.state === undefined || state === query.state) &&
        (query.form === undefined || programme.form === query.form) &&
        found([programme.title, ...programme.items.map(({ title }) => title)]),
      placeIn: ({ atMs, id }) => [atMs, id],
    });
    return ok(page.map(({ stored }) => answerOf(stored)));
  });

  declare(app, centre, { method: 'GET', url: '/api/programmes/:id', act: 'read' }, async ({ params }) => {
    const stored = await store.content.programme(params['id'] ?? '');
    return stored ? ok(answerOf(stored)) : bad('not-found', `no programme ${params['id']}`);
  });

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/programmes', act: 'programme.write', body: ProgrammeRequest, status: 201 },
    async ({ person, body, act }): Promise<Result<ProgrammeAnswer>> => {
      const composed = await compose(centre, body.items, body.form);
      if (!composed.ok) return composed;
      const { items, sources } = composed.value;
      const programme: Programme = {
        id: randomId('ct'),
        title: body.title,
        form: body.form,
        tier: body.tier,
        ...(body.essential && { essential: true }),
        level: card.level,
        centre: card.id,
        items,
      };
      const stored: StoredProgramme = {
        programme,
        ...(sources.some((id) => id !== null) && { sources }),
        state: 'draft',
        author: person.account,
        approver: null,
        changedMs: centre.nowMs(),
        note: '',
      };
      await store.content.saveProgramme(stored, act('programme.write', programme.id, { ...programme, sources }));
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
        const asking = { account: person.account, grants: person.grants, act };
        const next = await stepProgramme(centre, params['id'] ?? '', { step, note: body?.note ?? '' }, asking);
        return next.ok ? ok(answerOf(next.value)) : next;
      },
    );
  }
}

type Wishes = v.InferOutput<typeof ProgrammeRequest>['items'];
type Bounds = Partial<Pick<Item, 'share' | 'validFromMs' | 'validUntilMs' | 'durationMs' | 'speak'>>;

function definedOf(wish: { readonly [K in keyof Bounds]: Bounds[K] | undefined }): Bounds {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)) as Bounds;
}

interface Composed {
  readonly items: Item[];
  readonly sources: (string | null)[];
}

/** The items of these hashes and source items, fit for the form. Problems: not-found, conflict (not in force), bad-input. */
async function compose(centre: Centre, wishes: Wishes, form: Programme['form']): Promise<Result<Composed>> {
  const composed: Composed = { items: [], sources: [] };
  for (const [index, wish] of wishes.entries()) {
    const path = `/items/${index}`;
    const source = typeof wish === 'object' && 'source' in wish ? wish.source : null;
    const found = await itemOf(centre, wish);
    if (!found.ok) return bad(found.problem.code, found.problem.detail, path);
    const { durationMs } = found.value;
    if ((found.value.type === 'text/html') !== (form === 'bulletin'))
      return bad('bad-input', `${found.value.type} in a programme of ${form}`, path);
    const item = { ...found.value, ...(typeof wish === 'string' ? {} : definedOf(boundsOf(wish))) };
    const wrong = wrongItem(item) ?? (form === 'audio' && item.durationMs !== durationMs ? 'a sound is as long as it is' : undefined);
    if (wrong !== undefined) return bad('bad-input', wrong, path);
    if (form === 'bulletin' && item.speak !== undefined) return bad('bad-input', 'a page has its words on it', `${path}/speak`);
    composed.items.push(item);
    composed.sources.push(source);
  }
  return ok(composed);
}

function boundsOf(wish: Exclude<Wishes[number], string>): { readonly [K in keyof Bounds]: Bounds[K] | undefined } {
  const { share, durationMs } = wish;
  if ('source' in wish) return { share, durationMs };
  const { validFromMs, validUntilMs, speak } = wish;
  return { share, durationMs, validFromMs, validUntilMs, speak };
}

async function itemOf({ store, sources }: Centre, wish: Wishes[number]): Promise<Result<Item>> {
  if (typeof wish === 'object' && 'source' in wish) return sources.play(wish.source);
  const sha256 = typeof wish === 'string' ? wish : wish.sha256;
  const medium = await store.content.medium(sha256);
  return medium ? ok(medium.item) : bad('not-found', `no content ${sha256}`);
}

interface Place {
  readonly atMs: number;
  readonly id: string;
}
interface PlacedProgramme extends Place {
  readonly stored: StoredProgramme;
}

function placed(stored: StoredProgramme): PlacedProgramme {
  return { atMs: stored.changedMs, id: stored.programme.id, stored };
}

function answerOf({ programme, sources, state, author, approver, delegation, changedMs, note }: StoredProgramme): ProgrammeAnswer {
  const judged = { state, author, approver, note, ...(delegation && { delegation }) };
  return { ...programme, ...(sources && { sources }), ...judged, madeMs: changedMs };
}
