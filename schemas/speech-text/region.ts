// How numbers are said in the north, the centre and the south of Vietnam.
export const speechRegions = ['north', 'central', 'south'] as const;
export type SpeechRegion = (typeof speechRegions)[number];

interface RegionWords {
  readonly thousand: string;
  /** Between hundreds and ones: 105. */
  readonly and: string;
  /** The four of 24; after a hundred (104) it is `bốn` everywhere. */
  readonly four: string;
}

export const regionWords = {
  north: { thousand: 'nghìn', and: 'linh', four: 'tư' },
  central: { thousand: 'ngàn', and: 'lẻ', four: 'tư' },
  south: { thousand: 'ngàn', and: 'lẻ', four: 'bốn' },
} as const satisfies Record<SpeechRegion, RegionWords>;

/** By the private part of a tag: `vi-VN-x-south`, `vi-x-central`; else the north. */
export function regionOf(language: string): SpeechRegion {
  const named = /-x-(central|south)(?:-|$)/i.exec(language)?.[1]?.toLowerCase();
  return speechRegions.find((region) => region === named) ?? 'north';
}
