// Whether this phone rings when an alert comes while the app is open: only by somebody's own choice.

const key = 'loa-dan-siren';
/** The event of the document that tells of another choice. */
export const sirenChoice = 'loa-dan-siren';

export function sirenWanted(): boolean {
  return localStorage.getItem(key) === 'yes';
}

export function chooseSiren(wanted: boolean): void {
  localStorage.setItem(key, wanted ? 'yes' : 'no');
  document.dispatchEvent(new Event(sirenChoice));
}
