// What a province plays, and the audit of those who made it, in the tables.
import { auditText } from '../../../controller/store/writer.ts';
import type { Database } from '../../../hardware/host/sqlite.ts';
import { hex, pour } from './pour.ts';

const dayMs = 86_400_000;
export const programmes = 200;
export const schedules = 60;

export async function fillContent(database: Database, everybody: string, nowMs: number): Promise<void> {
  const item = (at: number) => ({
    sha256: hex(`tin-${at}`),
    bytes: 900_000,
    type: 'audio/ogg',
    title: `Tin ${at}`,
    language: 'vi',
    durationMs: 600_000,
    gainDb: 0,
  });
  await pour(database, 'media', ['sha256', 'created_ms', 'item', 'source', 'author', 'peaks'], 300, (at) => {
    return [
      hex(`tin-${at}`),
      nowMs - at * dayMs,
      JSON.stringify(item(at)),
      'upload',
      'tat-ca',
      JSON.stringify(Array.from({ length: 200 }, () => 0.5)),
    ];
  });
  await pour(database, 'programmes', ['id', 'changed_ms', 'body', 'state', 'author', 'approver', 'note'], programmes, (at) => {
    const body = {
      id: `ct-${at}`,
      title: `Chương trình ${at}`,
      form: 'audio',
      tier: at % 10 ? 'normal' : 'priority',
      level: 'province',
      centre: 'tinh-08',
      items: [item(at)],
    };
    return [body.id, nowMs - at * 1_000, JSON.stringify(body), 'approved', 'tac-gia', 'tat-ca', ''];
  });
  await pour(database, 'schedules', ['id', 'created_ms', 'body', 'groups', 'occasions', 'author'], schedules, (at) => {
    const times = `T${String(5 + (at % 15)).padStart(2, '0')}${String(at).padStart(2, '0')}00`;
    const body = {
      ...{
        id: `lich-${at}`,
        programme: `ct-${at}`,
        class: at % 10 ? 'normal' : 'priority',
        start: `20260101${times}`,
        zone: 'Asia/Ho_Chi_Minh',
        rrule: 'FREQ=DAILY',
      },
      ...{
        rdates: [],
        exdates: [],
        holidays: 'play',
        repeat: { times: 1, gapMs: 0 },
        missedStart: { rule: 'join', withinMs: 600_000 },
        interrupted: 'resume',
        gainDb: 0,
      },
    };
    return [body.id, nowMs - dayMs, JSON.stringify(body), JSON.stringify(at % 3 ? [`xa-${at % 50}`] : [everybody]), '[]', 'tat-ca'];
  });
}

export async function fillAudit(
  database: Database,
  { rows, subjectOf }: { readonly rows: number; readonly subjectOf: (at: number) => string },
  nowMs: number,
): Promise<void> {
  const [head] = await database.read('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1');
  const at = { seq: Number(head?.['seq'] ?? 0), hash: String(head?.['hash'] ?? '') };
  const columns = ['seq', 'at_ms', 'actor', 'act', 'subject', 'sha256', 'hash'];
  await pour(database, 'audit', columns, rows, (one) => {
    const act = {
      atMs: nowMs - rows + one,
      actor: 'tat-ca',
      act: 'box.settings',
      subject: subjectOf(one),
      sha256: hex(`${one}`),
    };
    at.seq++;
    at.hash = hex(auditText(at.hash, act));
    return [at.seq, act.atMs, act.actor, act.act, act.subject, act.sha256, at.hash];
  });
}
