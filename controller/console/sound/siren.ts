// The page's own bell: a siren once the page was touched, a notice where the browser allows it, a title that blinks.

const blinkMs = 1_000;
const tonesHz = [740, 988] as const;
const toneMs = 350;
const roundMs = 1_400;

export interface Siren {
  /** Ring until quiet; `words` go to the notice and the title. Ringing for the same thing again changes nothing. */
  ring(id: string, words: string): void;
  /** One soft tone and a notice, for what only has to be known. */
  chime(id: string, words: string): void;
  quiet(): void;
}

/** `who`: whose notice it is. Made when the page opens, not when it must ring: the touch that lets a page sound comes before. */
export function makeSiren(who = 'Loa – trực ban'): Siren {
  let context: AudioContext | undefined;
  let rounds: ReturnType<typeof setInterval> | undefined;
  let blinks: ReturnType<typeof setInterval> | undefined;
  let words = '';
  const told = new Set<string>();
  // No browser lets a page sound before it was touched; afterwards it may at any time.
  const wake = () => {
    context ??= new AudioContext();
    void context.resume();
  };
  for (const name of ['pointerdown', 'keydown']) addEventListener(name, wake, { once: true, capture: true });
  const notice = (id: string, text: string) => {
    if (told.has(id)) return;
    told.add(id);
    if (typeof Notification !== 'function' || Notification.permission !== 'granted') return;
    try {
      new Notification(who, { body: text, tag: id, requireInteraction: true });
    } catch {
      // Some phones allow notices only from a worker; the siren and the title remain.
    }
  };
  const plainTitle = () => document.title.replace(/^🔔 .* – /, '');
  return {
    ring(id, text) {
      notice(id, text);
      words = text;
      if (rounds !== undefined) return;
      const round = () => context && playTones(context, 0.25);
      round();
      rounds = setInterval(round, roundMs);
      blinks = setInterval(() => {
        document.title = document.title.startsWith('🔔') ? plainTitle() : `🔔 ${words} – ${plainTitle()}`;
      }, blinkMs);
    },
    chime(id, text) {
      if (told.has(id)) return;
      notice(id, text);
      if (context) playTones(context, 0.08);
    },
    quiet() {
      clearInterval(rounds);
      clearInterval(blinks);
      rounds = undefined;
      blinks = undefined;
      document.title = plainTitle();
    },
  };
}

function playTones(context: AudioContext, loud: number): void {
  if (context.state !== 'running') return;
  for (const [at, hz] of tonesHz.entries()) {
    const fromS = context.currentTime + (at * toneMs) / 1000;
    const untilS = fromS + toneMs / 1000;
    const [tone, gain] = [context.createOscillator(), context.createGain()];
    tone.frequency.value = hz;
    gain.gain.setValueAtTime(0, fromS);
    gain.gain.linearRampToValueAtTime(loud, fromS + 0.02);
    gain.gain.setValueAtTime(loud, untilS - 0.04);
    gain.gain.linearRampToValueAtTime(0, untilS);
    tone.connect(gain).connect(context.destination);
    tone.start(fromS);
    tone.stop(untilS);
  }
}
