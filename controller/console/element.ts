// Builds DOM from plain calls; text is always text, never markup.

type Child = Node | string | number | null | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>>;

/** `h('button', {class: 'primary', onclick: save}, 'Lưu')`. Functions become listeners, `true` an empty attribute, `false` and null nothing. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children)
    if (child !== null && child !== undefined && child !== false) element.append(typeof child === 'number' ? String(child) : child);
  return element;
}

export function replace(target: Element, ...children: Child[]): void {
  target.replaceChildren(...children.filter((c): c is Node | string => c instanceof Node || typeof c === 'string'));
}

/** Like `replace`, but what is the same stays: focus, a button being held, a sound being played. */
export function refresh(target: Element, ...children: Node[]): void {
  let at = target.firstChild;
  const drop = (node: ChildNode) => {
    at = node.nextSibling;
    node.remove();
  };
  for (const fresh of children) {
    let same = at;
    while (same && !same.isEqualNode(fresh)) same = same.nextSibling;
    if (!same) target.insertBefore(fresh, at);
    while (same && at && at !== same) drop(at);
    if (same) at = same.nextSibling;
  }
  while (at) drop(at);
}

/** A label above its control, tied by nesting. */
export function field(label: string, control: HTMLElement, hint?: string): HTMLLabelElement {
  return h('label', { class: 'field' }, h('span', {}, label), control, hint && h('small', {}, hint));
}
