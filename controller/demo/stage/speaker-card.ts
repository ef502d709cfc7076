// One loudspeaker on the stage: a horn, its level, its relays and what it says now.
import type { BoxView } from './state.ts';

const silentDb = -60;

export interface SpeakerCard {
  readonly element: HTMLElement;
  show(box: BoxView): void;
  level(db: number): void;
}

function line(className: string, text = ''): HTMLElement {
  const element = document.createElement('p');
  element.className = className;
  element.textContent = text;
  return element;
}

function lamp(text: string): { readonly element: HTMLElement; set(state: 'lit' | 'bad' | 'off'): void } {
  const element = document.createElement('span');
  const light = document.createElement('i');
  light.className = 'lamp';
  element.append(light, text);
  return {
    element,
    set(state) {
      light.className = state === 'off' ? 'lamp' : `lamp ${state}`;
      element.title = `${text}: ${state === 'lit' ? 'bật' : state === 'bad' ? 'lỗi' : 'tắt'}`;
    },
  };
}

/** A horn loudspeaker on its bracket; three waves whose strength follows the level. */
function horn(): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 48 48');
  svg.setAttribute('aria-hidden', 'true');
  const paths = [
    ['M7 20h7l15-10v28L14 28H7z', 'currentColor', ''],
    ['M12 28v12', 'none', ''],
    ['M33 19a7 7 0 0 1 0 10', 'none', 'wave'],
    ['M37 14a14 14 0 0 1 0 20', 'none', 'wave'],
    ['M41 9a21 21 0 0 1 0 30', 'none', 'wave'],
  ] as const;
  for (const [d, fill, className] of paths) {
    const path = document.createElementNS(space, 'path');
    path.setAttribute('d', d);
    path.setAttribute('fill', fill);
    path.setAttribute('stroke', 'currentColor');
    path.setAttribute('stroke-width', '2.4');
    path.setAttribute('stroke-linecap', 'round');
    if (className) path.setAttribute('class', className);
    svg.append(path);
  }
  return svg;
}

/** Main wires its click, like that of every button with `data-act`. */
function killButton(box: BoxView): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.dataset['act'] = 'kill';
  button.dataset['box'] = box.id;
  const english = document.createElement('span');
  english.lang = 'en';
  english.textContent = 'Kill this box';
  button.append('Tắt hộp này ', english);
  return button;
}

export function speakerCard(box: BoxView): SpeakerCard {
  const element = document.createElement('article');
  element.className = 'speaker';
  element.dataset['box'] = box.id;
  const heading = document.createElement('h3');
  heading.textContent = box.name;
  const title = line('title');
  const meter = document.createElement('div');
  meter.className = 'meter';
  meter.setAttribute('role', 'meter');
  meter.setAttribute('aria-label', `Mức âm ${box.name}`);
  meter.setAttribute('aria-valuemin', String(silentDb));
  meter.setAttribute('aria-valuemax', '0');
  const bar = document.createElement('i');
  meter.append(bar);
  const lamps = line('lamps');
  const [first, second, link] = [lamp('Rơ-le 1'), lamp('Rơ-le 2'), lamp('Mạng')];
  lamps.append(first.element, second.element, link.element);
  const picture = horn();
  const kill = killButton(box);
  element.append(picture, heading, title, meter, lamps, kill);
  const waves = [...picture.querySelectorAll<SVGPathElement>('.wave')];
  return {
    element,
    show(view) {
      first.set(view.relay1 ? 'lit' : 'off');
      second.set(view.relay2 ? 'lit' : 'off');
      link.set(!view.up || !view.online ? 'bad' : 'lit');
      title.textContent = view.up ? (view.sounding ?? view.silence ?? 'Đang im lặng') : 'Hộp đang tắt, sắp bật lại…';
      element.classList.toggle('on', view.sounding !== null);
      element.classList.toggle('emergency', view.soundingKind === 'order');
    },
    level(db) {
      const part = Math.max(0, Math.min(1, (db - silentDb) / -silentDb));
      bar.style.setProperty('transform', `scaleX(${part.toFixed(3)})`);
      meter.setAttribute('aria-valuenow', String(Math.round(Math.max(silentDb, db))));
      waves.forEach((wave, i) => {
        wave.style.setProperty('opacity', part > 0.25 + i * 0.2 ? '1' : '0');
      });
    },
  };
}
