// Putting the app on the phone's first screen: offered when the browser says that it can, never pressed upon anybody.
import { getContext } from 'svelte';

/** Chromium's event; other browsers have their own way, which the page tells. */
interface PromptEvent extends Event {
  prompt(): Promise<void>;
  readonly userChoice: Promise<{ readonly outcome: 'accepted' | 'dismissed' }>;
}

const place = Symbol('install');
const refusedKey = 'loa-dan-install-refused';

export class Install {
  /** `offered`: one touch away. `by-hand`: by the browser's own menu. `done`: it is open as an app. */
  state = $state<'by-hand' | 'offered' | 'done'>('by-hand');
  /** Somebody has said no: it stays on its own page and comes to no other. */
  refused = $state(localStorage.getItem(refusedKey) !== null);
  #prompt: PromptEvent | undefined;

  start(): void {
    if (matchMedia('(display-mode: standalone)').matches) this.state = 'done';
    addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault();
      this.#prompt = event as PromptEvent;
      this.state = 'offered';
    });
    addEventListener('appinstalled', () => {
      this.state = 'done';
    });
  }

  async ask(): Promise<void> {
    const prompt = this.#prompt;
    if (!prompt) return;
    await prompt.prompt();
    const { outcome } = await prompt.userChoice;
    this.#prompt = undefined;
    this.state = outcome === 'accepted' ? 'done' : 'by-hand';
    if (outcome === 'dismissed') this.refuse();
  }

  refuse(): void {
    localStorage.setItem(refusedKey, '1');
    this.refused = true;
  }
}

export function contextOf(install: Install): readonly [symbol, Install] {
  return [place, install];
}

export function useInstall(): Install {
  return getContext<Install>(place);
}
