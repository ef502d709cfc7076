// What the map of boxes is drawn on.
import type { FastifyInstance } from 'fastify';
import type { MapAnswer, MapTiles } from '../../schemas/map-tiles.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { declare } from './route.ts';

export function mapRoutes(app: FastifyInstance, centre: Centre, tiles: MapTiles | undefined): void {
  declare(
    app,
    centre,
    { method: 'GET', url: '/api/map', act: 'read' },
    async (): Promise<Result<MapAnswer>> => ok({ tiles: tiles ?? null }),
  );
}
