// The plain twins of the pages a board makes itself: the same words as lines, the most important first. Pure.
import type { Order } from '../../schemas/order.ts';
import type { Page } from '../display.ts';
import { type BulletinWords, bulletinPage, classWordOf, coloursOf, orderPage, type PageMarks, safePage, screensOf } from './board-page.ts';
import { fitted } from './html-text.ts';

export const orderTwins = (order: Order, marks: PageMarks = {}, languages: readonly string[] = []): Page => ({
  html: orderPage(order, marks, languages),
  text: orderText(order, marks, languages),
  tint: coloursOf(order),
});

export const bulletinTwins = (words: BulletinWords, marks: PageMarks = {}): Page => ({
  html: bulletinPage(words, marks),
  text: fitted([...demoLine(marks), words.title, ...words.text.split('\n')]),
});

export const safeTwins = (name: string, marks: PageMarks = {}): Page => ({
  html: safePage(name, marks),
  text: fitted([
    ...demoLine(marks),
    name,
    ...(marks.place === undefined ? [] : [marks.place]),
    '112 Cứu nạn · 113 Công an · 114 Cứu hỏa · 115 Cấp cứu',
  ]),
});

/** Class, what happens, what to do; then the second language, the degrees and who says so. */
function orderText(order: Order, marks: PageMarks, languages: readonly string[]): string[] {
  const [first, second] = screensOf(order, languages);
  const degrees = [
    ...(order.riskLevel === undefined ? [] : [`CẤP ĐỘ RỦI RO ${order.riskLevel}`]),
    ...(order.floodAlarm === undefined ? [] : [`BÁO ĐỘNG ${'I'.repeat(order.floodAlarm)}`]),
  ];
  const words = second ? [first.title, first.text, second.title, second.text] : [first.title, first.text];
  const around = order.issuer ?? marks.place ?? '';
  return fitted([...demoLine(marks), classWordOf(order), ...words, degrees.join(' · '), around]);
}

function demoLine({ demo }: PageMarks): string[] {
  return demo === true ? ['TRÌNH DIỄN'] : [];
}
