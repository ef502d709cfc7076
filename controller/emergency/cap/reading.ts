// One reading of a message: the first fault that was found, and what a person may want to know.
import type { CapNote, CapVerdict } from './alert.ts';
import { plainText } from './texts.ts';
import { textOf, type XmlElement } from './tree.ts';
import { type CapCode, oneLine, verdict } from './verdict-codes.ts';
import { trimLayout } from './words.ts';

const notesMax = 50;
const textCharactersMax = 256 * 1024;

/** Fields are read on after a fault, with something harmless in place of what was wrong; then the whole is refused. */
export class Reading {
  #fault: CapVerdict | undefined;
  readonly #notes: CapNote[] = [];

  get fault(): CapVerdict | undefined {
    return this.#fault;
  }

  get notes(): readonly CapNote[] {
    return this.#notes;
  }

  refuse(code: CapCode, reason: string): void {
    this.#fault ??= verdict(code, reason);
  }

  note(code: string, detail: string): void {
    const line = oneLine(detail);
    if (this.#notes.length < notesMax && !this.#notes.some((one) => one.code === code && one.detail === line))
      this.#notes.push({ code, detail: line });
  }

  /** What is written in an element that may hold text only. */
  raw(element: XmlElement, path: string): string {
    const [child] = element.children;
    if (child) this.refuse('element-unknown', `${path} holds text, not ${child.name}`);
    return textOf(element);
  }

  /** A text for people, made plain; empty is absent. */
  text(element: XmlElement | undefined, path: string): string | undefined {
    if (!element) return undefined;
    const raw = this.raw(element, path);
    if (raw.length > textCharactersMax) {
      this.refuse('text-too-long', `${path} has ${raw.length} characters`);
      return undefined;
    }
    const { text, markup, unseen } = plainText(raw);
    if (markup) this.note('markup-stripped', `HTML was taken out of ${path}`);
    if (unseen) this.note('unseen-stripped', `control, zero-width or direction characters were taken out of ${path}`);
    return text === '' ? undefined : text;
  }

  /** A value whose white space around is layout. */
  word(element: XmlElement, path: string): string {
    return trimLayout(this.raw(element, path));
  }

  /** One of a list, to the letter. */
  choice<T extends string>(element: XmlElement | undefined, list: readonly T[], code: CapCode, path: string): T {
    const word = element ? this.raw(element, path) : '';
    const found = list.find((one) => one === word);
    if (found === undefined && element) this.refuse(code, `${path} is "${word}"`);
    return found ?? (list[0] as T);
  }
}
