// A person at the box who does things by its page, as its own script would.

/** The word that acts need: the page gives it to whoever may act. */
export async function tokenOf(page: string): Promise<string> {
  const { token } = (await (await fetch(`${page}/state.json`)).json()) as { readonly token: string | null };
  return token ?? '';
}
