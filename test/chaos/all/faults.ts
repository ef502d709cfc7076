// The table of faults: every line named, with its safe behaviour and what proves it. Plain data.
import type { Fault } from './fault.ts';
import { hostileFaults } from './hostile-faults.ts';
import { lineFaults } from './line-faults.ts';
import { machineFaults } from './machine-faults.ts';

export const faults: readonly Fault[] = [...lineFaults, ...machineFaults, ...hostileFaults];
