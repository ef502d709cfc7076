// A button that must be held for two seconds, so that a slip does nothing.
import { h } from './element.ts';

const holdMs = 2_000;

/** Pressed for two whole seconds by pointer or by Space or Enter; a slip does nothing. */
export function holdButton(words: string, act: () => Promise<void>): HTMLButtonElement {
  const button = h('button', { class: 'hold', type: 'button' }, words);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    if (timer !== undefined) return;
    button.classList.add('holding');
    timer = setTimeout(() => {
      end();
      button.disabled = true;
      void act().finally(() => {
        button.disabled = false;
      });
    }, holdMs);
  };
  const end = () => {
    clearTimeout(timer);
    timer = undefined;
    button.classList.remove('holding');
  };
  button.addEventListener('pointerdown', begin);
  for (const name of ['pointerup', 'pointerleave', 'pointercancel', 'blur', 'keyup']) button.addEventListener(name, end);
  button.addEventListener('keydown', (event) => {
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      begin();
    }
  });
  return button;
}
