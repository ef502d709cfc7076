// Many power cuts of one recorded life: the disk is played to each of them, what it holds then is made a folder, and the folder is judged.
import { rmSync } from 'node:fs';
import { type Chance, cut } from './cut.ts';
import { type Base, Disk, type FileSystem, type Lie } from './disk.ts';
import type { Found } from './found.ts';
import type { Operation } from './operations.ts';
import { scratch, writeImage } from './shadow.ts';

/** A recorded life and how a folder of it is judged; `marks` are those seen before the cut. */
export interface Life {
  readonly name: string;
  readonly base: Base;
  readonly operations: readonly Operation[];
  /** Opens the stores in this process. */
  readonly check: (dir: string, marks: readonly unknown[]) => Promise<Found>;
  /** Starts the whole program on it. */
  readonly boot: (dir: string, marks: readonly unknown[]) => Promise<Found>;
  /** From this mark on there is something to boot. */
  readonly bootsFrom: (mark: unknown) => boolean;
}

export interface CutWish {
  readonly cuts: number;
  readonly boots: number;
  readonly chance: Chance;
  readonly lie?: Lie | undefined;
  readonly onCut?: (done: number) => void;
}

export interface Tally {
  cuts: number;
  boots: number;
  lost: number;
  twice: number;
  broken: number;
  readonly cutsBy: Record<FileSystem, number>;
  /** In words, with the place in the log. */
  readonly found: string[];
}

const fileSystems: readonly FileSystem[] = ['bare', 'ordered'];

export async function cutMany(life: Life, { cuts, boots, chance, lie, onCut }: CutWish): Promise<Tally> {
  const { operations, base } = life;
  const disks = fileSystems.map((fileSystem) => ({ fileSystem, disk: new Disk(base, fileSystem, lie) }));
  const places = placesOf(operations, cuts, chance);
  const bootable = places.filter((place) => operations.slice(0, place).some((one) => one.is === 'mark' && life.bootsFrom(one.mark)));
  const booted = new Set(
    Array.from({ length: Math.min(boots, bootable.length) }, (_, at) => bootable[Math.floor(((at + 0.5) * bootable.length) / boots)]),
  );
  const marks: unknown[] = [];
  const tally: Tally = { cuts: 0, boots: 0, lost: 0, twice: 0, broken: 0, cutsBy: { bare: 0, ordered: 0 }, found: [] };
  const judge = async (how: Life['check'], image: ReturnType<typeof cut>, where: string) => {
    const dir = scratch('image');
    try {
      writeImage(image, dir);
      const { lost, twice, broken } = await how(dir, marks);
      tally.lost += lost.length;
      tally.twice += twice.length;
      tally.broken += broken.length;
      for (const [word, list] of Object.entries({ lost, twice, broken }))
        for (const what of list) tally.found.push(`${life.name}, ${where}: ${word}: ${what}`);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };
  for (const [at, operation] of [...operations, undefined].entries()) {
    for (let place = places[0]; place === at; place = places[0]) {
      places.shift();
      const { fileSystem, disk } = disks[Math.floor(chance() * disks.length)] as (typeof disks)[number];
      const image = cut(disk, fileSystem, chance);
      tally.cutsBy[fileSystem]++;
      tally.cuts++;
      await judge(life.check, image, `${fileSystem} cut at ${at}`);
      if (booted.delete(place)) {
        tally.boots++;
        await judge(life.boot, image, `boot after the ${fileSystem} cut at ${at}`);
      }
      onCut?.(tally.cuts);
    }
    if (!operation) break;
    for (const { disk } of disks) disk.apply(operation);
    if (operation.is === 'mark') marks.push(operation.mark);
  }
  return tally;
}

/** Half of them where most is owed: before a sync; a quarter right after somebody saw something; the others anywhere. In order. */
function placesOf(operations: readonly Operation[], count: number, chance: Chance): number[] {
  const at = (is: Operation['is'], after: number) => operations.flatMap((one, place) => (one.is === is ? [place + after] : []));
  const [syncs, marks] = [at('sync', 0), at('mark', 1)];
  const from = (list: readonly number[]) => list[Math.floor(chance() * list.length)];
  const anywhere = () => Math.floor(chance() * (operations.length + 1));
  return Array.from({ length: count }, () => {
    const kind = chance();
    return (kind < 0.5 ? from(syncs) : kind < 0.75 ? from(marks) : undefined) ?? anywhere();
  }).sort((a, b) => a - b);
}
