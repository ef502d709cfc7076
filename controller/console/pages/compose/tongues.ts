// Languages people write and record here, by their tags (BCP 47), in their own place in the list.
export const tongues = ['vi', 'tyz', 'nut', 'ium', 'hmn', 'mlc', 'khm', 'en'] as const;

/** Does a voice of the centre speak it? */
export function hasVoice(voices: readonly string[], tag: string): boolean {
  const wanted = tag.toLowerCase();
  return voices.includes(wanted) || voices.includes(wanted.split('-')[0] ?? wanted);
}
