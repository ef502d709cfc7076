// The settings of one box: read by whoever sees it, replaced whole by whoever tends it.
import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { checkSettings } from '../../schemas/plan.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type BoxSettings, BoxSettingsChange } from '../../schemas/settings.ts';
import type { Centre } from '../centre.ts';
import { type Grant, may } from '../core/roles.ts';
import { sees } from '../core/sight.ts';
import type { Box } from '../store/store.ts';
import { declare } from './route.ts';

export function boxSettingsRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, registry, dispatch, feed } = centre;

  declare(app, centre, { method: 'GET', url: '/api/boxes/:id/settings', act: 'read' }, async ({ person, params }) => {
    const box = registry.box(params['id'] ?? '');
    return box && sees(person.grants, box.area) ? ok(box.settings) : bad('not-found', `no box ${params['id']}`);
  });

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/boxes/:id/settings', act: 'box.settings', body: BoxSettingsChange },
    async ({ person, params, body: { seen, ...body }, act }): Promise<Result<BoxSettings>> => {
      const before = registry.box(params['id'] ?? '');
      if (!before || !sees(person.grants, before.area)) return bad('not-found', `no box ${params['id']}`);
      const allowed = maySet(person.grants, before, body);
      if (!allowed.ok) return allowed;
      const checked = checkSettings(body);
      if (!checked.ok) return checked;
      const saved = await store.estate.saveSettings(before.id, body, act('box.settings', before.id, body), seen);
      if (!saved.ok) return saved;
      registry.put(saved.value);
      await dispatch.changed();
      feed.tell('box', before.id);
      return ok(body);
    },
  );
}

/** Trims belong to whoever tends the box; who may speak there, what a siren is and what to do when unsure, to an administrator. */
function maySet(grants: readonly Grant[], { area, settings }: Box, next: BoxSettings): Result<void> {
  const weighty = (['localLive', 'sirens', 'whenUnsure'] as const).some((name) => !isDeepStrictEqual(settings[name], next[name]));
  const allowed = may(grants, 'box.settings', area);
  return allowed.ok && weighty ? may(grants, 'policy.write', area) : allowed;
}
