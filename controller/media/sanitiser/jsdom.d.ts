// jsdom brings the browser's own types, which only pages may see here; this much of it is used.
declare module 'jsdom' {
  export class JSDOM {
    constructor(html: string);
    readonly window: import('./tree.ts').Window;
  }
}
