// How this phone shows the app: light or dark, and how large the letters are. Kept here, told to nobody.

export const looks = ['system', 'light', 'dark'] as const;
export type Look = (typeof looks)[number];
export const sizes = ['usual', 'big', 'huge'] as const;
export type Size = (typeof sizes)[number];
const lookKey = 'loa-dan-look';
const sizeKey = 'loa-dan-size';

export function chosenLook(): Look {
  const kept = localStorage.getItem(lookKey);
  return looks.find((one) => one === kept) ?? 'system';
}

export function chosenSize(): Size {
  const kept = localStorage.getItem(sizeKey);
  return sizes.find((one) => one === kept) ?? 'usual';
}

export function keepLook(look: Look): void {
  localStorage.setItem(lookKey, look);
  showLook();
}

export function keepSize(size: Size): void {
  localStorage.setItem(sizeKey, size);
  showLook();
}

/** The style sheet follows the attributes; without one it follows the phone. */
export function showLook(): void {
  const { dataset } = document.documentElement;
  const look = chosenLook();
  if (look === 'system') delete dataset['look'];
  else dataset['look'] = look;
  dataset['size'] = chosenSize();
}
