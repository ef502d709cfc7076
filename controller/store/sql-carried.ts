// What goes along with units besides boxes and rights, read and written in the turn of the change.
import type { Database, SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import type { ReportMail } from '../../schemas/report-mail.ts';
import type { Delegation } from '../core/delegation.ts';
import type { ExchangeLink } from '../core/exchange.ts';
import type { Carried, CarriedMove } from '../core/unit-carried.ts';
import { put } from './batch.ts';

const mailsCell = 'report-mails';

export interface CarriedRows {
  readonly delegations: readonly Delegation[];
  readonly links: readonly ExchangeLink[];
  readonly mails: readonly ReportMail[];
  readonly tokens: readonly { readonly id: string; readonly area: string; readonly expMs: number }[];
}

export async function readCarried(database: Pick<Database, 'read'>): Promise<CarriedRows> {
  const [delegations, links, tokens, cells] = await Promise.all([
    database.read('SELECT body FROM delegations ORDER BY id'),
    database.read('SELECT body FROM exchange_links ORDER BY id'),
    database.read('SELECT id, area, exp_ms FROM tokens ORDER BY id'),
    database.read('SELECT value FROM meta WHERE name = ? ORDER BY name', [mailsCell]),
  ]);
  const bodies = <T>(rows: readonly SqlRow[]) => rows.map((row) => JSON.parse(String(row['body'])) as T);
  const text = cells[0]?.['value'];
  return {
    delegations: bodies<Delegation>(delegations),
    links: bodies<ExchangeLink>(links),
    mails: typeof text === 'string' && text !== '' ? (JSON.parse(text) as ReportMail[]) : [],
    tokens: tokens.map((row) => ({ id: String(row['id']), area: String(row['area']), expMs: Number(row['exp_ms']) })),
  };
}

export function carriedIn({ delegations, links, mails, tokens }: CarriedRows): Carried[] {
  return [
    ...delegations.flatMap(({ id, area, untilMs, revoked }): Carried[] =>
      revoked ? [] : [{ what: 'delegation', id, place: area, untilMs }],
    ),
    ...links.map(({ id, unit }): Carried => ({ what: 'exchange', id, place: unit, untilMs: null })),
    ...mails.flatMap(({ id, area }): Carried[] => (area === undefined ? [] : [{ what: 'report-mail', id, place: area, untilMs: null }])),
    ...tokens.map(({ id, area, expMs }): Carried => ({ what: 'token', id, place: area, untilMs: expMs })),
  ];
}

export function carriedStatements(moves: readonly CarriedMove[], { delegations, links, mails }: CarriedRows): Statement[] {
  const places = (what: Carried['what']) => new Map(moves.filter((move) => move.what === what).map(({ id, after }) => [id, after]));
  const [lent, systems, mailed, programs] = [places('delegation'), places('exchange'), places('report-mail'), places('token')];
  const bodyOf = (table: string, one: Delegation | ExchangeLink): Statement => ({
    sql: `UPDATE ${table} SET body = ? WHERE id = ?`,
    params: [JSON.stringify(one), one.id],
  });
  return [
    ...delegations.flatMap((one) => (lent.has(one.id) ? [bodyOf('delegations', { ...one, area: lent.get(one.id) ?? one.area })] : [])),
    ...links.flatMap((one) => (systems.has(one.id) ? [bodyOf('exchange_links', { ...one, unit: systems.get(one.id) ?? one.unit })] : [])),
    ...[...programs].map(([id, area]) => ({ sql: 'UPDATE tokens SET area = ? WHERE id = ?', params: [area, id] })),
    ...(mailed.size > 0
      ? [put('meta', ['name'], ['value'], [[mailsCell, JSON.stringify(mails.map((one) => ({ ...one, ...areaOf(mailed.get(one.id)) })))]])]
      : []),
  ];
}

function areaOf(area: string | undefined): { readonly area?: string } {
  return area === undefined ? {} : { area };
}
