// A photograph made small on the phone before it goes out: a thin line carries it, and the place it was taken goes with the old file.

const longestPx = 1600;
const quality = [0.8, 0.65, 0.5] as const;

/** The picture as a JPEG data address of at most `lettersMax`; undefined: this phone cannot read it, or it stays too large. */
export async function smallPhoto(file: Blob, lettersMax: number): Promise<string | undefined> {
  const picture = await createImageBitmap(file).catch(() => undefined);
  if (!picture) return undefined;
  try {
    const scale = Math.min(1, longestPx / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    // Drawn anew: nothing of the file's own notes (EXIF, place) is in it.
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return quality.map((one) => canvas.toDataURL('image/jpeg', one)).find(({ length }) => length <= lettersMax);
  } finally {
    picture.close();
  }
}
