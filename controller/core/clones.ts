// Two machines with one identity: a boot that comes back after another one has spoken cannot be the same machine starting anew.

export interface Spoken {
  readonly boot: string;
  /** Beginning of the hash of the machine's serial, where it told one. */
  readonly machine?: string | undefined;
  readonly atMs: number;
}

export interface Twins {
  readonly one: Spoken;
  readonly other: Spoken;
  readonly atMs: number;
}

export interface Heard {
  /** The last of each boot, oldest first. */
  readonly boots: readonly Spoken[];
  readonly twins?: Twins | undefined;
}

/** A boot is remembered so long; two that take turns are heard at every turn. */
export const rememberedMs = 10 * 60_000;
const bootsMax = 8;

export const nothingHeard: Heard = { boots: [] };

/** One presence more. `registered`: the machine that enrolled, if its serial is known. */
export function hear({ boots, twins }: Heard, spoken: Spoken, registered: string | undefined): Heard {
  const recent = boots.filter(({ atMs }) => spoken.atMs - atMs < rememberedMs);
  const last = recent.at(-1);
  const returns = last !== undefined && last.boot !== spoken.boot && recent.some(({ boot }) => boot === spoken.boot);
  const next = [...recent.filter(({ boot }) => boot !== spoken.boot), spoken].slice(-bootsMax);
  if (isForeign(spoken, registered) && registered !== undefined) {
    const genuine = recent.findLast(({ boot }) => boot !== spoken.boot) ?? {
      boot: '',
      machine: registered.slice(0, 12),
      atMs: spoken.atMs,
    };
    return { boots: next, twins: { one: genuine, other: spoken, atMs: spoken.atMs } };
  }
  if (returns) return { boots: next, twins: { one: last, other: spoken, atMs: spoken.atMs } };
  return { boots: next, twins };
}

/** It speaks from another machine than the one that enrolled. */
export function isForeign({ machine }: Pick<Spoken, 'machine'>, registered: string | undefined): boolean {
  return machine !== undefined && registered !== undefined && !registered.startsWith(machine);
}

/** Both by name while they were heard lately. */
export function twinsAt({ twins }: Heard, nowMs: number): Twins | undefined {
  return twins && nowMs - twins.atMs < rememberedMs ? twins : undefined;
}

/** `máy 3f2a…, lần khởi động b-1`: what a technician can look for on the two machines. */
export function twinsText({ one, other }: Twins): string {
  return [one, other].map(({ boot, machine }) => `máy ${machine ?? '?'}, lần khởi động ${boot || '?'}`).join(' · ');
}
