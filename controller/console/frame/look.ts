// Light, dark, or as the computer wishes: a choice of this browser, set before anything is drawn.

export const looks = ['system', 'light', 'dark'] as const;
export type Look = (typeof looks)[number];
const key = 'loa-look';

export function chosenLook(): Look {
  const kept = localStorage.getItem(key);
  return looks.find((one) => one === kept) ?? 'system';
}

export function keepLook(look: Look): void {
  localStorage.setItem(key, look);
  showLook(look);
}

/** The style sheet follows the attribute; without one it follows the computer. */
export function showLook(look: Look): void {
  if (look === 'system') delete document.documentElement.dataset['look'];
  else document.documentElement.dataset['look'] = look;
}
