// Polls and surveys over REST for those who ask them, what became of messages, and what the centre sets about its residents' pages.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { CitizenSettings, citizenLimits, PollRequest } from '../../schemas/citizen.ts';
import type { CitizenSettingsAnswer, PushMessageAnswer } from '../../schemas/citizen-api.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { dayMs } from '../../schemas/zones.ts';
import type { Centre } from '../centre.ts';
import { isWriter, type PollStep, type StoredPoll } from '../core/polls.ts';
import { type Grant, may } from '../core/roles.ts';
import { sees } from '../core/sight.ts';
import { declare } from './route.ts';

const none = v.optional(v.unknown());

export function pollRoutes(app: FastifyInstance, centre: Centre): void {
  const { polls } = centre.citizens;
  const { store, register } = centre;

  declare(app, centre, { method: 'GET', url: '/api/polls', act: 'read' }, async ({ person }) => {
    const all = await store.citizens.polls.polls(undefined, citizenLimits.polls);
    const seen = all.filter((poll) => sees(person.grants, register.areaOf(poll.unit) ?? centre.card.area));
    return ok(await Promise.all(seen.map((poll) => polls.answerOf(poll))));
  });

  declare(app, centre, { method: 'GET', url: '/api/polls/:id', act: 'read' }, async ({ person, params }) => {
    const found = await seenPoll(centre, params['id'], person.grants, 'read');
    return found.ok ? ok(await polls.answerOf(found.value)) : found;
  });

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/polls', act: 'poll.write', body: PollRequest, status: 201 },
    async ({ person, body, act }) => {
      const area = register.areaOf(body.unit);
      if (area === undefined) return bad('not-found', `no unit ${body.unit}`, '/unit');
      const allowed = may(person.grants, 'poll.write', area);
      if (!allowed.ok) return allowed;
      const added = await polls.add(body, person.account, act);
      return added.ok ? ok(await polls.answerOf(added.value)) : added;
    },
  );

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/polls/:id', act: 'poll.write', body: PollRequest },
    async ({ person, params, body, act }) => {
      const found = await seenPoll(centre, params['id'], person.grants, 'poll.write');
      if (!found.ok) return found;
      const area = register.areaOf(body.unit);
      if (area === undefined) return bad('not-found', `no unit ${body.unit}`, '/unit');
      const allowed = may(person.grants, 'poll.write', area);
      if (!allowed.ok) return allowed;
      const done = await polls.rewrite(found.value.id, body, person.account, act('poll.write', found.value.id, body));
      return done.ok ? ok(await polls.answerOf(done.value)) : done;
    },
  );

  const step = (word: PollStep): void =>
    declare(
      app,
      centre,
      { method: 'POST', url: `/api/polls/:id/${word}`, act: 'poll.publish', body: none },
      async ({ person, params, act }) => {
        const found = await seenPoll(centre, params['id'], person.grants, 'poll.publish');
        if (!found.ok) return found;
        // Nobody opens what they wrote themselves.
        if (word === 'open' && isWriter(found.value, person.account)) return bad('own-work', `${person.account} is the author`);
        const done = await polls.step(found.value.id, word, act(`poll.${word}`, found.value.id));
        return done.ok ? ok(await polls.answerOf(done.value)) : done;
      },
    );
  for (const word of ['open', 'close', 'withdraw'] as const) step(word);
  messageRoute(app, centre);
  settingsRoutes(app, centre);
}

/** A poll of another place is not told of. */
async function seenPoll(
  centre: Centre,
  id = '',
  grants: readonly Grant[],
  act: 'read' | 'poll.write' | 'poll.publish',
): Promise<Result<StoredPoll>> {
  const poll = await centre.store.citizens.polls.poll(id);
  const area = poll && (centre.register.areaOf(poll.unit) ?? centre.card.area);
  if (!poll || area === undefined || !sees(grants, area)) return bad('not-found', `no poll ${id}`);
  const allowed = may(grants, act, area);
  return allowed.ok ? ok(poll) : allowed;
}

function messageRoute(app: FastifyInstance, centre: Centre): void {
  declare(
    app,
    centre,
    { method: 'GET', url: '/api/push-messages', act: 'feedback.read', where: 'centre' },
    async (): Promise<Result<PushMessageAnswer[]>> => {
      const found = await centre.store.citizens.pushes.messages(centre.nowMs() - 30 * dayMs, citizenLimits.listed);
      return ok(
        found.map(({ id, topic, title, atMs, sent, accepted, failed, received }) => ({
          id,
          topic,
          title,
          atMs,
          sent,
          accepted,
          failed,
          received,
        })),
      );
    },
  );
}

function settingsRoutes(app: FastifyInstance, centre: Centre): void {
  const { settings, sms, book } = centre.citizens;
  const answer = (): CitizenSettingsAnswer => ({ ...settings.answer(), smsState: sms.state() });

  declare(app, centre, { method: 'GET', url: '/api/citizen-settings', act: 'citizen.settings', where: 'centre' }, async () => ok(answer()));
  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/citizen-settings', act: 'citizen.settings', where: 'centre', body: CitizenSettings, once: false },
    async ({ body, act }) => {
      const { sms: gateway, ...rest } = body;
      const saved = await settings.save(body, act('citizen.settings', centre.card.id, { ...rest, sms: gateway && { url: gateway.url } }));
      if (!saved.ok) return saved;
      book.forgetPlace();
      return ok(answer());
    },
  );
}
