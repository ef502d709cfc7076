// What everybody may say without an account: feedback, votes, ratings, subscriptions; and have told or erased what is kept of them.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import {
  BallotRequest,
  CitizenRatingRequest,
  DeviceRequest,
  FeedbackRequest,
  MyDataRequest,
  PhoneConfirmRequest,
  PhoneRequest,
  PushReceivedRequest,
  PushRequest,
  ReceiptLookRequest,
  SatisfactionRequest,
} from '../../schemas/citizen.ts';
import type { DeviceAnswer } from '../../schemas/citizen-api.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { declareOpen, type WrittenOnce } from './open-route.ts';

/** Three photographs and a sound as data addresses, and the words. */
const feedbackBodyMax = 13 * 1024 * 1024;
const posts = { method: 'POST', act: 'open', perMinute: 60 } as const;
const Nothing = v.optional(v.strictObject({}));

export function publicSpeakRoutes(app: FastifyInstance, centre: Centre, written: WrittenOnce): void {
  const { desk, phones, key, waits, myData } = centre.citizens;

  declareOpen(
    app,
    written,
    { ...posts, url: '/api/public/device', body: Nothing, status: 201, perMinute: 120 },
    async ({ address }): Promise<Result<DeviceAnswer>> => {
      const taken = await waits.take('device', address);
      return taken.ok ? ok({ device: key.newDevice() }) : taken;
    },
  );
  declareOpen(
    app,
    written,
    { ...posts, url: '/api/public/feedback', body: FeedbackRequest, status: 201, bodyLimit: feedbackBodyMax, perMinute: 20 },
    async ({ body, address }) => desk.send(body, address),
  );
  declareOpen(app, written, { ...posts, url: '/api/public/feedback/look', body: ReceiptLookRequest }, async ({ body, address }) =>
    desk.look(body.number, body.secret, address),
  );
  declareOpen(app, written, { ...posts, url: '/api/public/feedback/rate', body: SatisfactionRequest }, async ({ body, address }) =>
    desk.rate(body, address),
  );
  declareOpen(app, written, { ...posts, url: '/api/public/feedback/mine', body: DeviceRequest }, async ({ body }) =>
    desk.mine(body.device),
  );
  declareOpen(app, written, { ...posts, url: '/api/public/phone', body: PhoneRequest, perMinute: 30 }, async ({ body, address }) => {
    const device = key.device(body.device);
    return device.ok ? phones.ask(body.phone, address) : device;
  });
  declareOpen(app, written, { ...posts, url: '/api/public/phone/confirm', body: PhoneConfirmRequest, perMinute: 30 }, async ({ body }) =>
    phones.confirm(body.challenge, body.code),
  );
  declareOpen(app, written, { ...posts, url: '/api/public/my-data', body: MyDataRequest, perMinute: 10 }, async ({ body }) =>
    myData.tell(body),
  );
  declareOpen(app, written, { ...posts, url: '/api/public/my-data/erase', body: MyDataRequest, perMinute: 10 }, async ({ body }) =>
    myData.erase(body),
  );
  voteRoutes(app, centre, written);
  pushRoutes(app, centre, written);
}

function voteRoutes(app: FastifyInstance, { citizens }: Centre, written: WrittenOnce): void {
  declareOpen(app, written, { ...posts, url: '/api/public/ratings', body: CitizenRatingRequest }, async ({ body }) =>
    citizens.polls.rate(body),
  );
  declareOpen(
    app,
    written,
    { ...posts, url: '/api/public/polls/:id/ballots', body: BallotRequest, status: 201 },
    async ({ params, body }) => citizens.polls.vote(params['id'] ?? '', body),
  );
}

function pushRoutes(app: FastifyInstance, { citizens }: Centre, written: WrittenOnce): void {
  const { pushes } = citizens;
  declareOpen(app, written, { ...posts, url: '/api/public/pushes', body: PushRequest, status: 201 }, async ({ body }) =>
    pushes.subscribe(body),
  );
  declareOpen(app, written, { ...posts, url: '/api/public/pushes/remove', body: DeviceRequest }, async ({ body }) =>
    pushes.unsubscribe(body.device),
  );
  declareOpen(app, written, { ...posts, url: '/api/public/pushes/received', body: PushReceivedRequest, perMinute: 600 }, async ({ body }) =>
    pushes.received(body.message, body.tag),
  );
}
