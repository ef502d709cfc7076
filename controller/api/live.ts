// Live sessions' REST: open, close, and who hears them. The sound itself comes by the voice door.
import type { FastifyInstance } from 'fastify';
import { type LiveAnswer, LiveRequest } from '../../schemas/api.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { liveProgress } from '../core/live-progress.ts';
import { may } from '../core/roles.ts';
import type { LiveProgress, StoredLive } from '../store/store.ts';
import { declare } from './route.ts';

const shownMax = 50;

export function liveRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, live, card } = centre;

  declare(app, centre, { method: 'GET', url: '/api/live', act: 'read' }, async () => {
    const stored = await store.live.sessions(shownMax);
    const progress = await store.live.progress(stored.map(({ session }) => session.session));
    return ok(stored.map((one) => answerOf(centre, one, progress)));
  });

  declare(app, centre, { method: 'GET', url: '/api/live/:id', act: 'read' }, async ({ params }) => {
    const stored = await store.live.session(params['id'] ?? '');
    if (!stored) return bad('not-found', `no session ${params['id']}`);
    return ok(answerOf(centre, stored, await store.live.progress([stored.session.session])));
  });

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/live', act: 'live.open', where: 'centre', body: LiveRequest, status: 201, perMinute: 30 },
    async ({ person, body }): Promise<Result<LiveAnswer>> => {
      const allowed = may(person.grants, 'live.open', card.area);
      if (!allowed.ok) return allowed;
      const opened = await live.open({ ...body, source: 'microphone', by: person.account });
      return opened.ok ? ok(answerOf(centre, opened.value, [])) : opened;
    },
  );

  // Silence must be easy: the role alone ends it.
  declare(
    app,
    centre,
    { method: 'POST', url: '/api/live/:id/close', act: 'live.close', where: 'centre' },
    async ({ person, params }): Promise<Result<LiveAnswer>> => {
      const allowed = may(person.grants, 'live.close', card.area);
      if (!allowed.ok) return allowed;
      const closed = await live.close(params['id'] ?? '', person.account, 'closed');
      if (!closed.ok) return closed;
      return ok(answerOf(centre, closed.value, await store.live.progress([closed.value.session.session])));
    },
  );
}

function answerOf(centre: Centre, stored: StoredLive, progress: readonly LiveProgress[]): LiveAnswer {
  const { session, groups, boxes, by, talkFromMs, closedMs, closedWhy, recording, recordingNote } = stored;
  const { session: id, title, source, delayMs, openMs, untilMs } = session;
  const room = centre.live.room(id);
  const facts = progress.filter((one) => one.session === id);
  return {
    ...{ id, title, source, groups, delayMs, by, openMs, untilMs, talkFromMs, closedMs, closedWhy, recording, recordingNote },
    state: room ? 'open' : 'closed',
    talking: room?.talking ?? false,
    listeners: room?.listeners ?? 0,
    progress: liveProgress(boxes, facts, (dev) => centre.link.connected(dev)).map((one) => ({
      ...one,
      boxName: centre.registry.box(one.box)?.name ?? null,
    })),
  };
}
