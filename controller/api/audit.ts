// The centre's own audit chain: read, searched, verified, taken along whole.
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { AuditAnswer, AuditVerdict } from '../../schemas/log.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import { InstantMs } from '../../schemas/time.ts';
import type { Centre } from '../centre.ts';
import { mayTend } from '../core/accounts.ts';
import { may } from '../core/roles.ts';
import type { Person } from '../people/sessions.ts';
import type { AuditStore } from '../store/store.ts';
import { pageEntries, placeOf, shownPage } from './paging.ts';
import { Whole } from './queries.ts';
import { declare } from './route.ts';

const RowNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Beginning = v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(128)));
/** Oldest first unless said; `actor`, `act` and `subject` as they begin. */
const AuditQuery = v.object({
  ...{ actor: Beginning, act: Beginning, subject: Beginning },
  fromMs: v.optional(v.pipe(Whole, InstantMs)),
  toMs: v.optional(v.pipe(Whole, InstantMs)),
  order: v.optional(v.picklist(['oldest', 'newest']), 'oldest'),
  ...pageEntries(100, 1000),
});
const exportPage = 1000;

export function auditRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, card } = centre;

  const list = { method: 'GET', url: '/api/audit', act: 'audit.read', query: AuditQuery } as const;
  declare(app, centre, list, async ({ person, query, ...door }): Promise<Result<readonly AuditAnswer[]>> => {
    const place = placeOf(v.tuple([RowNumber]), query);
    if (!place.ok) return place;
    const { actor, act, subject, fromMs, toMs, order } = query;
    const reads = await auditSight(centre, person);
    const page = await shownPage(door, query, {
      read: (limit, after) => store.audit.search({ actor, act, subject, fromMs, toMs, order, limit, after: after?.seq }),
      after: place.value && { seq: place.value[0] },
      shows: (row) => reads(row.actor),
      placeIn: ({ seq }) => [seq],
    });
    return ok(page);
  });

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/audit/verify', act: 'audit.read', perMinute: 6 },
    async (): Promise<Result<AuditVerdict>> => {
      const { seq: rows, hash } = await store.audit.head();
      const brokenAt = await store.audit.verify();
      return ok({ holds: brokenAt === undefined, brokenAt: brokenAt ?? null, rows, hash });
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/audit/export', act: 'audit.read', where: 'centre', perMinute: 4 },
    async ({ reply, act }): Promise<Result<void>> => {
      await store.audit.append(act('audit.export', card.id));
      await reply
        .type('text/plain; charset=utf-8')
        .header('content-disposition', `attachment; filename="nhat-ky-kiem-toan-${card.id}.jsonl"`)
        .send(Readable.from(exported(store.audit)));
      return ok(undefined);
    },
  );
}

/** Every row as a line of JSON, read part by part while it goes out. */
async function* exported(audit: Pick<AuditStore, 'entries'>): AsyncGenerator<string> {
  for (let after = 0; ; ) {
    const rows = await audit.entries(after, exportPage);
    if (rows.length > 0) yield `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
    if (rows.length < exportPage) return;
    after = rows.at(-1)?.seq ?? after;
  }
}

/** Whose acts somebody reads: over the whole centre everybody's and the centre's own, else those of people who work in the own area alone. */
async function auditSight({ store, card }: Centre, { account, grants }: Person): Promise<(actor: string) => boolean> {
  if (may(grants, 'audit.read', card.area).ok) return () => true;
  const inside = (await store.people.accounts()).filter((one) => mayTend(grants, 'audit.read', one.grants, card.area).ok);
  const names = new Set([account, ...inside.map((one) => one.account)]);
  // A token acts as ACCOUNT TOKEN.
  return (actor) => names.has(actor.split(' ')[0] ?? '');
}
