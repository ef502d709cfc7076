// Texts of other people made plain: no markup, no entities left over, nothing that cannot be seen or that turns the line around.

export interface PlainText {
  readonly text: string;
  /** HTML tags or entities were taken out. */
  readonly markup: boolean;
  /** Controls, zero-width or direction characters were taken out. */
  readonly unseen: boolean;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
/** A run between `<` and `>` holds neither, so a pass is linear. */
const tag = /<(?:!--[^<>]*--|[!?]?\/?[A-Za-z][A-Za-z0-9:-]*(?:[\s/][^<>]*)?)>/g;
const entity = /&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|[a-zA-Z]{2,8});/g;
const roundsMax = 4;
/** The last two are no characters of XML. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\ufffe\uffff]/gu;

/** Meaning is kept: a tag between words becomes a space, a line break stays one. Applied twice it changes nothing more. */
export function plainText(raw: string): PlainText {
  let text = raw.replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n').replace(/\t/g, ' ');
  const whole = text;
  text = text.replace(unseen, keepLines);
  const visible = text;
  for (let round = 0, before = ''; before !== text; round++) {
    before = text;
    // Wrapped in itself again and again, markup is no text: its marks go.
    if (round === roundsMax) text = text.replace(/[<>&]/g, ' ');
    text = text.replace(tag, ' ').replace(entity, (all, name: string) => decode(name) ?? all);
    text = text.replace(unseen, keepLines);
  }
  const tidy = text
    .replace(/[ \u00a0]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n');
  return { text: tidy.trim(), markup: text !== visible, unseen: visible !== whole };
}

function keepLines(character: string): string {
  return character === '\n' ? character : '';
}

function decode(name: string): string | undefined {
  if (!name.startsWith('#')) return entities[name];
  const point = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) ? '' : String.fromCodePoint(point);
}
