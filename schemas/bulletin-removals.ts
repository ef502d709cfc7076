// What was taken out of a bulletin and what may be hard to read, in words for the person who sent it.
import * as v from 'valibot';

interface Words {
  readonly vi: string;
  readonly en: string;
}

export const removalReasons = {
  script: { vi: 'chứa mã lệnh; bảng tin không chạy mã', en: 'runs code; a bulletin runs none' },
  embeds: { vi: 'nhúng trang hoặc tệp khác', en: 'embeds another page or file' },
  outside: { vi: 'gọi địa chỉ bên ngoài; bảng tin phải tự đủ', en: 'asks for an outside address; a bulletin stands alone' },
  form: { vi: 'ô nhập liệu; không ai nhập được trên bảng', en: 'a form; nobody can type on a board' },
  element: { vi: 'thẻ không có trong danh sách cho phép', en: 'not an element a bulletin may hold' },
  attribute: { vi: 'thuộc tính hoặc giá trị không được phép', en: 'not an attribute or value a bulletin may hold' },
  picture: { vi: 'chỉ nhận ảnh PNG, JPEG, WebP đứng yên, nhúng trong trang', en: 'only still PNG, JPEG and WebP inside the page' },
  'css-rule': { vi: 'quy tắc CSS không được phép', en: 'a style rule that is not allowed' },
  'css-property': { vi: 'thuộc tính CSS không được phép', en: 'a style property that is not allowed' },
  'css-value': { vi: 'giá trị CSS không được phép', en: 'a style value that is not allowed' },
  'css-outside': { vi: 'CSS gọi địa chỉ bên ngoài', en: 'a style that asks for an outside address' },
  'css-position': { vi: 'phần tử dán cố định (fixed, sticky)', en: 'fixed or sticky positions' },
  'css-flash': { vi: 'chuyển động có thể nháy quá 3 lần mỗi giây', en: 'movement that may flash more than three times a second' },
} as const satisfies Record<string, Words>;

export type RemovalReason = keyof typeof removalReasons;

export const Removal = v.strictObject({
  /** An element, attribute, style rule or property, as it was written. */
  what: v.pipe(v.string(), v.maxLength(80)),
  /** Where it stood: the element, for attributes and styles. */
  on: v.optional(v.pipe(v.string(), v.maxLength(80))),
  reason: v.picklist(Object.keys(removalReasons) as [RemovalReason, ...RemovalReason[]]),
  times: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
export type Removal = v.InferOutput<typeof Removal>;

export const removalsMax = 100;

export const warningKinds = {
  'letters-small': { vi: 'Chữ có thể quá nhỏ ở khoảng cách xem', en: 'Letters may be too small at the viewing distance' },
  'pictures-fitted': { vi: 'Ảnh lớn đã được thu nhỏ vừa bảng', en: 'Large pictures were made to fit the board' },
  'no-words': { vi: 'Không có chữ: bảng chữ LED và người nghe sẽ không có gì', en: 'No words: LED signs and listeners get nothing' },
} as const satisfies Record<string, Words>;

export const Warning = v.strictObject({
  code: v.picklist(Object.keys(warningKinds) as [keyof typeof warningKinds, ...(keyof typeof warningKinds)[]]),
  detail: v.pipe(v.string(), v.maxLength(300)),
});
export type Warning = v.InferOutput<typeof Warning>;

/** How people see the board; five metres from a 55-inch screen unless said. */
export const Viewing = v.strictObject({
  distanceM: v.optional(v.pipe(v.number(), v.minValue(0.5), v.maxValue(100)), 5),
  screenHeightM: v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(20)), 0.685),
});
export type Viewing = v.InferOutput<typeof Viewing>;

/** What cleaning answers. */
export const CleanBulletin = v.strictObject({
  html: v.string(),
  removed: v.pipe(v.array(Removal), v.maxLength(removalsMax)),
  warnings: v.pipe(v.array(Warning), v.maxLength(20)),
});
export type CleanBulletin = v.InferOutput<typeof CleanBulletin>;

/** A tally that stays small, however much is taken out. */
export class Removals {
  readonly #found = new Map<string, { readonly what: string; readonly on?: string; readonly reason: RemovalReason; times: number }>();

  add(reason: RemovalReason, what: string, on?: string): void {
    const key = `${reason} ${on ?? ''} ${what}`.slice(0, 200);
    const known = this.#found.get(key);
    if (known) known.times += 1;
    else if (this.#found.size < removalsMax)
      this.#found.set(key, { what: what.slice(0, 80), ...(on !== undefined && { on: on.slice(0, 80) }), reason, times: 1 });
  }

  all(): Removal[] {
    return [...this.#found.values()];
  }
}
