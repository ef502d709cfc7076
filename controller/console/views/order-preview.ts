// What the chosen order would do, before it is sent: whom it reaches, what is said and shown, how long, who would not understand.
import type { OrderPreviewAnswer } from '../../../schemas/order-api.ts';
import { Refused, send } from '../door.ts';
import { h, refresh } from '../element.ts';
import { lengthWords, minuteWords } from '../words.ts';
import { tellProblem } from './view.ts';

export interface PreviewWish {
  readonly template: string | undefined;
  readonly groups: readonly string[];
  readonly class: 'actual' | 'exercise';
}

export interface OrderPreview {
  /** One line: how many, how long, until when. Stays in sight beside the button. */
  readonly reach: HTMLElement;
  readonly element: HTMLElement;
  show(wish: PreviewWish): Promise<void>;
}

export function orderPreview(): OrderPreview {
  const reach = h('p', { class: 'reach', 'aria-live': 'polite' });
  const element = h('div', { class: 'preview' });
  let asked = 0;
  return {
    reach,
    element,
    async show(wish) {
      const mine = ++asked;
      if (wish.groups.length === 0) {
        refresh(reach, h('span', {}, 'Chưa chọn địa bàn nào.'));
        refresh(element);
        return;
      }
      try {
        const answer = await send<OrderPreviewAnswer>('POST', '/order-preview', wish);
        // An answer to an older choice comes too late.
        if (mine !== asked) return;
        refresh(reach, ...reachWords(answer));
        refresh(element, ...previewWords(answer));
      } catch (error) {
        if (!(error instanceof Refused) || mine !== asked) throw error;
        const problem = h('p', { class: 'problem', role: 'alert' });
        tellProblem(problem, error);
        refresh(reach);
        refresh(element, problem);
      }
    },
  };
}

function reachWords({ boxes, offline, totalMs, estimated, times, untilMs }: OrderPreviewAnswer): HTMLElement[] {
  const away =
    offline.length > 0 ? `, trong đó ${offline.length} hộp đang ngoại tuyến (sẽ phát khi kết nối lại nếu lệnh còn hiệu lực)` : '';
  return [
    h('span', { class: offline.length > 0 ? 'away' : '' }, `Sẽ phát trên ${boxes} hộp${away}.`),
    h('span', {}, `${times} lần, ${estimated ? 'khoảng ' : ''}${lengthWords(totalMs)}; hiệu lực đến ${minuteWords(untilMs)}.`),
  ];
}

function previewWords({ screen, speech, offline, withoutVoice, vietnameseInstead, sirenAlone }: OrderPreviewAnswer): HTMLElement[] {
  const warnings = [
    ...withoutVoice.map(({ language, boxes }) => `Tiếng ${languageWords(language)}: chưa có giọng đọc (${boxes} hộp).`),
    vietnameseInstead > 0 && `${vietnameseInstead} hộp sẽ nghe tiếng Việt thay cho tiếng của thôn.`,
    sirenAlone > 0 && `${sirenAlone} hộp chỉ hú còi, không có lời.`,
    offline.length > 0 &&
      `Ngoại tuyến: ${offline.slice(0, 8).join(', ')}${offline.length > 8 ? ` và ${offline.length - 8} hộp khác` : ''}.`,
  ].filter((words) => words !== false);
  return [
    ...warnings.map((words) => h('p', { class: 'warning' }, `⚠ ${words}`)),
    h(
      'div',
      { class: 'screen', role: 'img', 'aria-label': `Bảng tin hiện: ${screen.title}. ${screen.text}` },
      h('strong', {}, screen.title),
      screen.text,
    ),
    ...speech.map(({ language, speak }) =>
      h('p', { lang: language }, speech.length > 1 && h('small', {}, `${languageWords(language)}: `), `“${speak}”`),
    ),
  ];
}

function languageWords(tag: string): string {
  return new Intl.DisplayNames('vi', { type: 'language' }).of(tag)?.replace(/^Tiếng /i, '') ?? tag;
}
