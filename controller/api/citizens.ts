// Every route of the citizens' system: residents, who have no account, and the officials who answer them.
import type { FastifyInstance } from 'fastify';
import type { Centre } from '../centre.ts';
import { feedbackRoutes } from './feedback.ts';
import { WrittenOnce } from './open-route.ts';
import { pollRoutes } from './polls.ts';
import { publicEventRoutes } from './public-events.ts';
import { publicReadRoutes } from './public-read.ts';
import { publicSpeakRoutes } from './public-speak.ts';

export function citizenRoutes(app: FastifyInstance, centre: Centre): void {
  const written = new WrittenOnce();
  publicReadRoutes(app, centre, written);
  publicSpeakRoutes(app, centre, written);
  publicEventRoutes(app, centre);
  feedbackRoutes(app, centre);
  pollRoutes(app, centre);
}
