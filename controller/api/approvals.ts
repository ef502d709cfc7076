// Approving away from the desk over REST: delegations, and one-time links, which need no session.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type * as v from 'valibot';
import {
  ApprovalDecideRequest,
  ApprovalLinkRequest,
  ApprovalLookRequest,
  approvalLimits,
  type ColleagueAnswer,
  DelegationRequest,
  DelegationRevokeRequest,
  FillerRequest,
} from '../../schemas/approval.ts';
import { parse } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { sendBlob } from '../blob-answer.ts';
import type { Centre } from '../centre.ts';
import { sees } from '../core/sight.ts';
import { declare, sendProblem } from './route.ts';
import { whenceOf } from './session.ts';
import { askingOf } from './source-items.ts';

/** The word of a link, where a page fetches what it is about. */
export const approvalHeader = 'x-loa-approval';
const smallBody = 4096;
const perMinute = { look: 60, content: 240, decide: 20 };

export function approvalRoutes(app: FastifyInstance, centre: Centre): void {
  const { delegations, approvalLinks } = centre;

  declare(app, centre, { method: 'GET', url: '/api/delegations', act: 'read' }, async (asked) =>
    ok(await delegations.list(askingOf(asked))),
  );
  declare(
    app,
    centre,
    { method: 'POST', url: '/api/delegations', act: 'approval.delegate', body: DelegationRequest, status: 201, perMinute: 20 },
    async (asked) => delegations.give(asked.body, askingOf(asked)),
  );
  declare(
    app,
    centre,
    { method: 'POST', url: '/api/delegations/:id/revoke', act: 'approval.revoke', body: DelegationRevokeRequest },
    async (asked) => delegations.revoke(asked.params['id'] ?? '', asked.body.note, askingOf(asked)),
  );
  declare(
    app,
    centre,
    { method: 'POST', url: '/api/approval-links', act: 'approval.ask', body: ApprovalLinkRequest, status: 201, once: false, perMinute: 20 },
    async (asked) => approvalLinks.make(asked.body, askingOf(asked)),
  );
  colleagueRoutes(app, centre);
  fillerRoutes(app, centre);
  linkRoutes(app, centre);
}

/** Whom one may choose: people whose rights lie where one's own are. */
function colleagueRoutes(app: FastifyInstance, centre: Centre): void {
  const { store } = centre;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/colleagues', act: 'approval.ask', perMinute: 60 },
    async ({ person }): Promise<Result<ColleagueAnswer[]>> => {
      const near = (await store.people.accounts()).filter(
        ({ disabledMs, grants }) => disabledMs === null && grants.some(({ area }) => sees(person.grants, area)),
      );
      return ok(
        near.slice(0, approvalLimits.colleagues).map(({ account, title, grants }) => ({
          ...{ account, title, judges: grants.some(({ role }) => role === 'approver') },
        })),
      );
    },
  );
}

function fillerRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, dispatch, feed } = centre;

  declare(app, centre, { method: 'GET', url: '/api/filler', act: 'read' }, async () =>
    ok({ programme: (await store.meta.value('filler')) || null }),
  );
  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/filler', act: 'schedule.write', where: 'centre', body: FillerRequest },
    async ({ body: { programme }, act }): Promise<Result<{ readonly programme: string | null }>> => {
      const stored = programme === null ? undefined : await store.content.programme(programme);
      if (programme !== null && !stored) return bad('not-found', `no programme ${programme}`, '/programme');
      if (stored && (stored.state !== 'approved' || stored.programme.form !== 'audio'))
        return bad('conflict', 'only approved sound fills a gap', '/programme');
      await store.meta.setValue('filler', programme ?? '', act('filler.set', programme ?? 'none', { programme }));
      await dispatch.changed();
      feed.tell('programme', programme ?? 'none');
      return ok({ programme });
    },
  );
}

/** Whoever has the link; a decision needs the person's sign-in as well. */
function linkRoutes(app: FastifyInstance, { approvalLinks, blobs }: Centre): void {
  const open = <S extends v.GenericSchema>(
    { url, body, max }: { readonly url: string; readonly body: S; readonly max: number },
    answer: (asked: v.InferOutput<S>, request: FastifyRequest) => Promise<Result<unknown>>,
  ): void => {
    app.route({
      ...{ method: 'POST', url, bodyLimit: smallBody, config: { rateLimit: { max, timeWindow: 60_000 } } },
      handler: async (request, reply) => {
        const asked = parse(body, request.body);
        if (!asked.ok) return sendProblem(reply, asked.problem);
        const done = await answer(asked.value, request);
        return done.ok ? reply.send(done.value) : sendProblem(reply, done.problem);
      },
    });
  };
  open({ url: '/api/approval-links/look', body: ApprovalLookRequest, max: perMinute.look }, ({ token }) => approvalLinks.look(token));
  open({ url: '/api/approval-links/decide', body: ApprovalDecideRequest, max: perMinute.decide }, (asked, request) =>
    approvalLinks.decide(asked, whenceOf(request)),
  );

  app.route({
    method: 'GET',
    url: '/api/approval-links/content/:sha256',
    config: { rateLimit: { max: perMinute.content, timeWindow: 60_000 } },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const { sha256 = '' } = request.params as { readonly sha256?: string };
      const word = request.headers[approvalHeader];
      const found = await approvalLinks.content(typeof word === 'string' ? word : '', sha256);
      if (!found.ok) return sendProblem(reply, found.problem);
      reply.header('content-security-policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:");
      const sent = await sendBlob({ blobs, sha256, type: found.value.type, range: request.headers.range, reply });
      return sent.ok ? reply : sendProblem(reply, sent.problem);
    },
  });
}
