// Deliveries by hand over REST, their photographs, and the households behind a cluster.
import type { FastifyInstance } from 'fastify';
import type { AreaPath } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import {
  DeliveryCorrectionRequest,
  DeliveryRequest,
  DeliveryStrikeRequest,
  type HouseholdsAnswer,
  HouseholdsRequest,
  PhotoRequest,
} from '../../schemas/steering.ts';
import { sendBlob } from '../blob-answer.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { sees } from '../core/sight.ts';
import type { Person } from '../people/sessions.ts';
import type { Photo, PhotoUse } from '../store/steering-store.ts';
import { declare } from './route.ts';
import { askingOf } from './source-items.ts';

/** Things that name one photograph, as far as is looked. */
const usesMax = 50;
const photoBodyMax = 13 * 1024 * 1024;

export function deliveryRoutes(app: FastifyInstance, centre: Centre): void {
  const { deliveries } = centre;
  const act = 'delivery.write';

  declare(app, centre, { method: 'GET', url: '/api/source-items/:id/deliveries', act: 'read' }, async ({ person, params }) =>
    deliveries.list(params['id'] ?? '', person.grants),
  );
  declare(
    app,
    centre,
    { method: 'POST', url: '/api/source-items/:id/deliveries', act, body: DeliveryRequest, status: 201, perMinute: 120 },
    async (asked) => deliveries.add(asked.params['id'] ?? '', asked.body, askingOf(asked)),
  );
  declare(app, centre, { method: 'PUT', url: '/api/deliveries/:id', act, body: DeliveryCorrectionRequest, perMinute: 120 }, async (asked) =>
    deliveries.correct(asked.params['id'] ?? '', asked.body, askingOf(asked)),
  );
  declare(app, centre, { method: 'POST', url: '/api/deliveries/:id/strike', act, body: DeliveryStrikeRequest }, async (asked) =>
    deliveries.strike(asked.params['id'] ?? '', asked.body, askingOf(asked)),
  );
  photoRoutes(app, centre);
  householdRoutes(app, centre);
}

function photoRoutes(app: FastifyInstance, centre: Centre): void {
  const { deliveries, store, blobs } = centre;

  declare(
    app,
    centre,
    {
      ...{ method: 'POST', url: '/api/photos', act: 'photo.add', body: PhotoRequest },
      ...{ status: 201, bodyLimit: photoBodyMax, perMinute: 20 },
    },
    async (asked) => deliveries.addPhoto(asked.body.picture, askingOf(asked)),
  );

  declare(app, centre, { method: 'GET', url: '/api/photos/:sha256', act: 'read' }, async ({ person, params, request, reply }) => {
    const photo = await store.steering.photo(params['sha256'] ?? '');
    if (!photo || !(await seesPhoto(centre, photo, person))) return bad('not-found', 'no such photograph');
    reply.header('content-security-policy', "sandbox; default-src 'none'");
    const type = typeOf(await blobs.read(photo.sha256));
    return sendBlob({ blobs, sha256: photo.sha256, type, range: request.headers.range, reply });
  });
}

/** Whoever gave it, and whoever sees the place of something that names it. */
async function seesPhoto(centre: Centre, photo: Photo, { account, grants }: Person): Promise<boolean> {
  if (photo.account === account) return true;
  for (const use of await centre.store.steering.photoUses(photo.sha256, usesMax)) {
    const area = await placeOf(centre, use);
    if (area !== undefined && sees(grants, area)) return true;
  }
  return false;
}

async function placeOf({ store, sources, tickets, register }: Centre, { kind, thing }: PhotoUse): Promise<AreaPath | undefined> {
  if (kind === 'delivery') {
    const delivery = await store.steering.delivery(thing);
    return delivery && sources.areaOf(delivery);
  }
  if (kind === 'ticket') {
    const ticket = await store.tickets.ticket(thing);
    return ticket && tickets.areaOf(ticket);
  }
  const facts = (await register.entry(thing))?.facts;
  return facts ? register.areaOf(facts.unit) : undefined;
}

function householdRoutes(app: FastifyInstance, centre: Centre): void {
  const { registry, store } = centre;

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/boxes/:id/households', act: 'box.settings', body: HouseholdsRequest },
    async ({ person, params, body: { households }, act }): Promise<Result<{ readonly households: number | null }>> => {
      const box = registry.box(params['id'] ?? '');
      if (!box || !sees(person.grants, box.area)) return bad('not-found', `no box ${params['id']}`);
      const allowed = may(person.grants, 'box.settings', box.area);
      if (!allowed.ok) return allowed;
      await store.steering.setHouseholds(box.id, households, act('box.households', box.id, { households }));
      return ok({ households });
    },
  );

  declare(app, centre, { method: 'GET', url: '/api/households', act: 'read' }, async ({ person }) => {
    const known = await store.steering.households();
    const seen = registry.all().filter(({ area }) => sees(person.grants, area));
    return ok(seen.map(({ id }): HouseholdsAnswer => ({ box: id, households: known.get(id) ?? null })));
  });
}

/** By the first byte: it was drawn here, as one of these three. */
function typeOf(bytes: Uint8Array | undefined): string {
  if (bytes?.[0] === 0xff) return 'image/jpeg';
  return bytes?.[0] === 0x89 ? 'image/png' : 'image/webp';
}
