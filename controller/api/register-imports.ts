// Imports of the register over REST: looked at first, made, taken back as a whole.
import type { FastifyInstance } from 'fastify';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type ImportPreviewAnswer, ImportPreviewRequest, ImportRequest, registerLimits } from '../../schemas/register.ts';
import type { Centre } from '../centre.ts';
import type { ImportRow } from '../core/register-import.ts';
import { seesAll } from '../core/sight.ts';
import { declare } from './route.ts';

/** A letter takes up to six bytes in JSON. */
const bodyLimit = 3 * registerLimits.csvLetters;

export function registerImportRoutes(app: FastifyInstance, centre: Centre): void {
  const { register, store, card } = centre;

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/register-imports/preview', act: 'register.write', body: ImportPreviewRequest, bodyLimit, perMinute: 30 },
    async ({ person, body, act }): Promise<Result<ImportPreviewAnswer>> => {
      const looked = await register.preview(body, { ...person, act });
      if (!looked.ok) return looked;
      const { rows } = looked.value;
      const count = (verdict: ImportRow['verdict']) => rows.filter((row) => row.verdict === verdict).length;
      const counts = { new: count('new'), changed: count('changed'), unchanged: count('unchanged'), refused: count('refused') };
      return ok({ looked: looked.value.looked, counts, rows: rows.map(({ state: _state, ...row }) => row) });
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/register-imports', act: 'register.write', body: ImportRequest, status: 201, bodyLimit, perMinute: 30 },
    async ({ person, body, act }) => register.import(body, { ...person, act }),
  );

  declare(app, centre, { method: 'GET', url: '/api/register-imports', act: 'register.write' }, async ({ person }) =>
    ok(
      (await store.register.imports(registerLimits.imports)).filter(({ by }) => by === person.account || seesAll(person.grants, card.area)),
    ),
  );

  declare(app, centre, { method: 'GET', url: '/api/register-imports/:id', act: 'register.write' }, async ({ person, params }) => {
    const found = await register.imported(params['id'] ?? '');
    const theirs = found.ok && found.value.by !== person.account && !seesAll(person.grants, card.area);
    return theirs ? bad('not-found', `no import ${params['id']}`) : found;
  });

  declare(app, centre, { method: 'POST', url: '/api/register-imports/:id/undo', act: 'register.write' }, async ({ person, params, act }) =>
    register.undo(params['id'] ?? '', { ...person, act }),
  );
}
