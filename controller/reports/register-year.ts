// Statistics of the register as at a day, by unit with all below it: made of the states that held that day, never of today's.
import type { AreaPath } from '../../schemas/ids.ts';
import type { EquipmentFacts, EquipmentVersion, Technology } from '../../schemas/register.ts';
import type { Exclusion, ReportBody, Value } from '../../schemas/report-tables.ts';
import type { UnitAnswer } from '../../schemas/units.ts';
import { column, figure, share } from './report.ts';

export interface KnownRegister {
  /** As they were at the end of the day. */
  readonly entries: readonly EquipmentVersion[];
  /** Units that were in force that day, as the asker sees them, by area. */
  readonly units: readonly UnitAnswer[];
  /** Where each unit lay that day; also those the asker does not see. */
  readonly areas: ReadonlyMap<string, AreaPath>;
}

const technologies: readonly Technology[] = ['wired', 'fm', 'mixed', 'ip'];

interface Count {
  clusters: number;
  working: number;
  broken: number;
  readonly technology: Record<Technology, number>;
  loudspeakers: number;
  powerW: number;
  boards: number;
  transmitters: number;
  computers: number;
  recorders: number;
}

const nothing = (): Count => ({
  ...{ clusters: 0, working: 0, broken: 0, technology: { wired: 0, fm: 0, mixed: 0, ip: 0 }, loudspeakers: 0, powerW: 0 },
  ...{ boards: 0, transmitters: 0, computers: 0, recorders: 0 },
});

function count(into: Count, { kind, technology, state, loudspeakers, powerW }: EquipmentFacts): void {
  if (kind === 'cluster') {
    into.clusters++;
    into.technology[technology]++;
    into[state === 'broken' ? 'broken' : 'working']++;
    into.loudspeakers += loudspeakers ?? 0;
    into.powerW += (loudspeakers ?? 0) * (powerW ?? 0);
  } else if (kind === 'board') into.boards++;
  else if (kind === 'transmitter') into.transmitters++;
  else if (kind === 'computer') into.computers++;
  else into.recorders++;
}

export function registerYear({ entries, units, areas }: KnownRegister): ReportBody {
  const byArea = new Map(units.map((unit) => [unit.area, nothing()]));
  const all = nothing();
  let removed = 0;
  let nowhere = 0;
  let unmeasured = 0;
  for (const { facts } of entries) {
    if (!facts) continue;
    const area = areas.get(facts.unit);
    if (facts.state === 'removed') removed++;
    else if (area === undefined) nowhere++;
    else {
      count(all, facts);
      if (facts.kind === 'cluster' && (facts.loudspeakers === null || facts.powerW === null)) unmeasured++;
      for (const step of areasUp(area)) {
        const own = byArea.get(step);
        if (own) count(own, facts);
      }
    }
  }
  return {
    figures: figuresOf(all),
    columns: [
      column('unit', 'text', 'Đơn vị', 'Unit'),
      column('code', 'text', 'Mã', 'Code'),
      column('clusters', 'count', 'Cụm loa', 'Clusters'),
      column('working', 'count', 'Đang hoạt động', 'Working'),
      column('broken', 'count', 'Hỏng', 'Broken'),
      column('wired', 'count', 'Hữu tuyến', 'Wired'),
      column('fm', 'count', 'FM', 'FM'),
      column('mixed', 'count', 'Hỗn hợp', 'Mixed'),
      column('ip', 'count', 'IP', 'IP'),
      column('loudspeakers', 'count', 'Loa', 'Loudspeakers'),
      column('powerW', 'count', 'Công suất (W)', 'Power (W)'),
      column('boards', 'count', 'Bảng tin', 'Boards'),
      column('transmitters', 'count', 'Máy phát', 'Transmitters'),
      column('computers', 'count', 'Máy tính', 'Computers'),
      column('recorders', 'count', 'Máy ghi âm', 'Recorders'),
    ],
    rows: units.map((unit) => rowOf(unit, byArea.get(unit.area) ?? nothing())),
    exclusions: exclusionsOf(removed, nowhere, unmeasured),
  };
}

function figuresOf(all: Count): ReportBody['figures'] {
  const told = { vi: 'cụm loa có trong sổ ngày đó, chưa thanh lý', en: 'clusters in the register that day, not removed' };
  return [
    figure('clusters', 'count', all.clusters, { vi: 'Số cụm loa', en: 'Clusters' }, told),
    figure(
      'working',
      'share',
      share(all.working, all.clusters),
      { vi: 'Đang hoạt động', en: 'Working' },
      { vi: 'cụm loa ghi là đang hoạt động trên số cụm loa', en: 'clusters entered as working, of all clusters' },
    ),
    figure(
      'ip',
      'share',
      share(all.technology.ip, all.clusters),
      { vi: 'Ứng dụng IP', en: 'Driven by IP' },
      { vi: 'cụm loa công nghệ IP trên số cụm loa', en: 'clusters of technology IP, of all clusters' },
    ),
  ];
}

/** Of a unit with all below it: whoever adds rows up counts twice, so the name of the row says how deep it lies. */
function rowOf({ name, code }: UnitAnswer, { technology, ...one }: Count): Value[] {
  return [
    ...[name, code ?? '', one.clusters, one.working, one.broken, ...technologies.map((of) => technology[of])],
    ...[one.loudspeakers, one.powerW, one.boards, one.transmitters, one.computers, one.recorders],
  ];
}

function exclusionsOf(removed: number, nowhere: number, unmeasured: number): Exclusion[] {
  const all: readonly Exclusion[] = [
    { vi: 'thiết bị đã thanh lý', en: 'removed equipment', count: removed },
    { vi: 'thiết bị của đơn vị không còn ngày đó', en: 'equipment of units that were not in force that day', count: nowhere },
    {
      vi: 'cụm loa chưa ghi số loa hoặc công suất: không cộng vào công suất',
      en: 'clusters without loudspeakers or watts: not in the power',
      count: unmeasured,
    },
  ];
  return all.filter(({ count: times }) => times > 0);
}

/** An area and all around it. */
export function areasUp(area: AreaPath): AreaPath[] {
  const steps = area.split('/');
  return steps.map((_, at) => steps.slice(0, steps.length - at).join('/'));
}
