// The little of a browser's document that cleaning reads. Browser types are for pages alone.
export interface TreeNode {
  /** 1 an element, 3 text. */
  readonly nodeType: number;
  readonly nodeName: string;
  readonly nodeValue: string | null;
  readonly textContent: string | null;
  readonly firstChild: TreeNode | null;
  readonly nextSibling: TreeNode | null;
}

export interface TreeAttribute {
  readonly name: string;
  readonly value: string;
}

export interface TreeElement extends TreeNode {
  readonly localName: string;
  readonly namespaceURI: string | null;
  readonly attributes: Iterable<TreeAttribute>;
  getAttribute(name: string): string | null;
  querySelector(selector: string): TreeElement | null;
  querySelectorAll(selector: string): Iterable<TreeElement>;
}

/** A window to a document of its own. */
export interface Window {
  readonly document: object;
}

/** What DOMPurify is to us: its own types are a browser's. */
export interface Purifier {
  /** What the last call took away. */
  readonly removed: readonly {
    readonly element?: TreeNode;
    readonly attribute?: TreeAttribute | null;
    readonly from?: TreeNode;
  }[];
  sanitize(html: string, config: Readonly<Record<string, unknown>>): TreeElement;
}
