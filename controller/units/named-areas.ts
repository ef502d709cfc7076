// Documents that name an area and were signed by people or typed by them: a change of units cannot carry them along.
import type { Mandate } from '../../schemas/authority.ts';
import type { Envelope, Statement } from '../../schemas/envelope.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import type { NamedArea } from '../core/unit-moves.ts';
import { ownDelegation } from '../provision/officer-keys.ts';
import type { Trust } from '../provision/signing-keys.ts';
import type { Store } from '../store/store.ts';

export async function readNamedAreas(
  store: Pick<Store, 'orders' | 'alerts' | 'calendar'>,
  trust: Trust,
  nowMs: number,
  equipment: readonly NamedArea[],
): Promise<NamedArea[]> {
  const [ready, orders, mandates, sources, policies] = await Promise.all([
    store.orders.ready(),
    store.orders.ordersUntil(nowMs),
    store.alerts.mandates(),
    store.alerts.sources(),
    store.calendar.areaPolicies(),
  ]);
  // A box that hears of it again after it moved would refuse it.
  const sounding = orders.flatMap(({ id, order: { area }, clearedMs }): NamedArea[] =>
    clearedMs === null ? [{ what: 'order', id, area }] : [],
  );
  const lying = [...ready].flatMap(([box, lies]) =>
    lies.map(({ id, envelope }): NamedArea & { readonly untilMs: number } => {
      const { exp, body } = statementIn<{ readonly area: AreaPath }>(envelope);
      return { what: 'ready-order', id: `${id} ${box}`, area: body.area, box, untilMs: exp };
    }),
  );
  const standing = mandates.flatMap(({ id, statement, revokedMs }) => {
    const { exp, body } = JSON.parse(statement) as Statement<Mandate>;
    return revokedMs === null && exp > nowMs ? body.areas.map((area): NamedArea => ({ what: 'mandate', id, area })) : [];
  });
  const places = sources.flatMap(({ source: { id, places: named } }) =>
    named.map(({ area }): NamedArea => ({ what: 'alert-source', id, area })),
  );
  const glass = ownDelegation(trust).keys.flatMap(({ person, breakGlass }): NamedArea[] =>
    breakGlass ? [{ what: 'break-glass', id: person ?? '', area: breakGlass.area }] : [],
  );
  const living = lying.filter(({ untilMs }) => untilMs > nowMs).map(({ untilMs: _untilMs, ...named }): NamedArea => named);
  // Boxes that go elsewhere go by the policy that holds there.
  const hours = policies.map(({ area, policy }): NamedArea => ({ what: 'policy', id: policy.id, area }));
  return [...sounding, ...living, ...standing, ...places, ...glass, ...hours, ...equipment];
}

function statementIn<Body>({ payload }: Envelope): Statement<Body> {
  return JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as Statement<Body>;
}
