// A button that must be held for two seconds, so that a slip does nothing.
import { h } from './element.ts';

const holdMs = 2_000;
/** A finger that moves further than this takes its press back, CSS px. */
const slipPx = 40;

/** Pressed for two whole seconds by pointer or by Space or Enter; a slip does nothing, and a page that shifts under the finger neither. */
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
  let from = { x: 0, y: 0 };
  button.addEventListener('pointerdown', (event) => {
    button.setPointerCapture(event.pointerId);
    from = { x: event.clientX, y: event.clientY };
    begin();
  });
  button.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (Math.hypot(clientX - from.x, clientY - from.y) > slipPx) end();
  });
  for (const name of ['pointerup', 'pointercancel', 'lostpointercapture', 'blur', 'keyup']) button.addEventListener(name, end);
  button.addEventListener('keydown', (event) => {
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      begin();
    }
  });
  return button;
}
