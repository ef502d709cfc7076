// Our own signals, made from numbers: the chime before a notice and the commune's signature tune. 48 kHz mono s16.
const rateHz = 48_000;

/** A struck bell: partials of unequal decay, the higher the shorter. */
const partials = [
  { ratio: 1, level: 0.55, decayS: 1.1 },
  { ratio: 2, level: 0.22, decayS: 0.7 },
  { ratio: 2.76, level: 0.12, decayS: 0.42 },
  { ratio: 5.4, level: 0.05, decayS: 0.18 },
];

interface Note {
  readonly hz: number;
  readonly atS: number;
  readonly level: number;
}

function ring(notes: readonly Note[], lengthS: number): Int16Array {
  const frames = new Float64Array(Math.round(lengthS * rateHz));
  for (const { hz, atS, level } of notes) {
    const first = Math.round(atS * rateHz);
    for (let i = first; i < frames.length; i++) {
      const t = (i - first) / rateHz;
      const attack = Math.min(1, t / 0.004);
      let sample = 0;
      for (const partial of partials)
        sample += partial.level * Math.exp(-t / partial.decayS) * Math.sin(2 * Math.PI * hz * partial.ratio * t);
      frames[i] = (frames[i] ?? 0) + level * attack * sample;
    }
  }
  const fadeFrom = frames.length - 0.08 * rateHz;
  return Int16Array.from(frames, (sample, i) => {
    const fade = i > fadeFrom ? (frames.length - i) / (frames.length - fadeFrom) : 1;
    return Math.round(Math.max(-1, Math.min(1, sample * 0.6 * fade)) * 32_000);
  });
}

/** Three falling bells, 2.4 s: something is about to be said. */
export function makeChime(): Int16Array {
  const hz = [783.99, 659.26, 523.25];
  return ring(
    hz.map((each, i) => ({ hz: each, atS: i * 0.42, level: 0.9 })),
    2.4,
  );
}

/** The commune's signature tune: eleven notes of a pentatonic scale of our own making, 6 s. */
export function makeSignatureTune(): Int16Array {
  const scale = { c: 523.25, d: 587.33, e: 659.26, g: 783.99, a: 880, high: 1046.5 };
  const tune: readonly (readonly [keyof typeof scale, number])[] = [
    ['g', 0],
    ['e', 0.35],
    ['d', 0.7],
    ['c', 1.05],
    ['d', 1.6],
    ['e', 1.95],
    ['g', 2.3],
    ['a', 2.85],
    ['high', 3.2],
    ['a', 3.55],
    ['g', 3.9],
  ];
  return ring(
    tune.map(([name, atS]) => ({ hz: scale[name], atS, level: 0.8 })),
    6,
  );
}
