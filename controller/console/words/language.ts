// What a language of the page is, and what asks for words; apart, so that rules without a page can be handed them.

export type Language = 'vi' | 'en';
/** `room:key`, with values for `{{places}}`; `count` chooses the plural. */
export type Translate = (key: string, values?: Readonly<Record<string, string | number>>) => string;
