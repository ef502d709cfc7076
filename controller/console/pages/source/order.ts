// The commune's order of priority programmes as a list that people move things in.

/** Both stand in the order, `first` before `second`; all others keep their places among each other. */
export function decided(order: readonly string[], first: string, second: string): string[] {
  const rest = order.filter((id) => id !== first);
  const at = rest.indexOf(second);
  return at < 0 ? [...rest, first, second] : [...rest.slice(0, at), first, ...rest.slice(at)];
}

/** One step up (-1) or down (1); at an end nothing moves. */
export function moved(order: readonly string[], id: string, by: -1 | 1): string[] {
  const from = order.indexOf(id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= order.length) return [...order];
  const next = order.filter((one) => one !== id);
  next.splice(to, 0, id);
  return next;
}
