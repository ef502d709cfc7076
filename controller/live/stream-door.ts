// A session's stream to boxes: a WebSocket on their HTTPS door, for enrolled boxes of its groups only.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { livePath } from '../../schemas/live.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { sendProblem } from '../api/route.ts';
import type { Centre } from '../centre.ts';
import type { LiveRoom } from './live-room.ts';

const admitted = new WeakMap<FastifyRequest, { readonly dev: string; readonly room: LiveRoom }>();

export function streamDoor(door: FastifyInstance, centre: Centre, boxOf: (request: FastifyRequest) => string | undefined): void {
  door.get<{ Params: { session: string } }>(
    livePath(':session'),
    {
      websocket: true,
      preValidation: async (request, reply) => {
        const asked = admit(centre, boxOf(request), request.params.session);
        if (!asked.ok) return sendProblem(reply, asked.problem);
        admitted.set(request, asked.value);
      },
    },
    (socket, request) => {
      const { dev, room } = admitted.get(request) ?? {};
      if (dev === undefined || !room?.join(dev, socket)) return socket.close(1013, 'too many listen');
      centre.feed.tell('live', room.session.session);
      socket.on('close', () => centre.feed.tell('live', room.session.session));
    },
  );
}

/** Problems: not-allowed (no enrolled box, or of other groups), not-found (no such open session). */
function admit(centre: Centre, dev: string | undefined, session: string): Result<{ dev: string; room: LiveRoom }> {
  if (dev === undefined) return bad('not-allowed', 'the certificate of an enrolled box is needed');
  const room = centre.live.room(session);
  const live = centre.live.live(session);
  if (!room || !live) return bad('not-found', 'no open session of that id');
  const here = centre.registry.box(dev)?.groups.some((group) => live.groups.includes(group));
  return here ? ok({ dev, room }) : bad('not-allowed', `${dev} is in none of the session's groups`);
}
