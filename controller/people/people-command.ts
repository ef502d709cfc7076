// The people of a data folder at its own machine: who is there, and a new way in for whoever is locked out of everything.
import { parseArgs } from 'node:util';
import { sha256 } from '../../hardware/host/crypto.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { folderOf } from '../folder.ts';
import { openStore } from '../store/open-store.ts';
import type { Act, Store } from '../store/store.ts';
import { invitationPath, makeInvitation } from './passwords.ts';

export const peopleUsage = `The people of a centre, at its own machine.

  people show  --data DIR                                 accounts, their roles and how they stand
  people reset ACCOUNT --data DIR [--url https://HOST]    prints a one-time link with which the person sets a new password

reset lets a disabled account in again, ends its sessions, takes its second factor and its delays away. The link holds for one hour. It is
written into the audit. A running centre knows it at once.
`;

const resetLifeMs = 3600_000;
const standardUrl = 'http://127.0.0.1:8080';

/** Lines to print. Problems: bad-input, not-found and those of the database. */
export async function runPeople(argv: readonly string[], nowMs: number): Promise<Result<readonly string[]>> {
  let read: ReturnType<typeof readWords>;
  try {
    read = readWords(argv);
  } catch (error) {
    return bad('bad-input', `${error instanceof Error ? error.message : error}; "people --help" says how`);
  }
  const { values, positionals } = read;
  const [word, account, ...more] = positionals;
  if (values.help || word === undefined) return ok([peopleUsage.trimEnd()]);
  if (word === 'show' && account === undefined) return withStore(values.data, show);
  if (word !== 'reset' || more.length > 0) return bad('bad-input', `no act "${positionals.join(' ')}"; "people --help" names them`);
  if (account === undefined) return bad('bad-input', 'people reset ACCOUNT: whose?');
  const url = values.url ?? standardUrl;
  if (!URL.canParse(url)) return bad('bad-input', `--url ${url} is no address`);
  return withStore(values.data, (store) => reset(store, account, url, nowMs));
}

function readWords(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { data: { type: 'string' }, url: { type: 'string' }, help: { type: 'boolean' } },
  });
}

async function show(store: Store): Promise<Result<readonly string[]>> {
  const accounts = await store.people.accounts();
  if (accounts.length === 0) return ok(['Chưa có tài khoản. / No accounts yet.']);
  return ok(
    accounts.map(({ account, title, grants, passwordHash, disabledMs }) => {
      const state = disabledMs !== null ? 'đã khóa / disabled' : passwordHash === '' ? 'chờ đặt mật khẩu / invited' : 'đang dùng / active';
      return `${account}  ${title}  ${grants.map(({ role, area }) => `${role} ${area}`).join(', ')}  (${state})`;
    }),
  );
}

async function reset(store: Store, name: string, url: string, nowMs: number): Promise<Result<readonly string[]>> {
  const act = (what: string, content: unknown = null): Act => ({
    ...{ atMs: nowMs, actor: 'people', act: what, subject: name },
    sha256: sha256(Buffer.from(canonicalJson(content))),
  });
  const enabled = await store.people.changeAccount(
    name,
    ({ title, grants }) => ok({ title, grants, disabledMs: null }),
    act('account.reset'),
  );
  if (!enabled.ok) return enabled;
  const { token, kept } = makeInvitation(name, 'people', nowMs, resetLifeMs);
  await store.people.endSessionsOf(name, null, act('session.end-all'));
  const factor = await store.duty.removeFactor(name, act('duty.factor-remove'));
  await store.tries.forgetAccount(name);
  await store.people.invite(kept, act('account.invite'));
  return ok([
    `Liên kết đặt lại mật khẩu cho ${name}, dùng một lần, trong một giờ. / One-time link, for one hour:`,
    '',
    `    ${new URL(invitationPath(token), url).href}`,
    '',
    ...(factor.ok ? ['Mã xác thực cũ đã bỏ; lần đăng nhập sau sẽ cài lại. / The second factor was taken away.'] : []),
  ]);
}

async function withStore(
  dataDir: string | undefined,
  use: (store: Store) => Promise<Result<readonly string[]>>,
): Promise<Result<readonly string[]>> {
  if (dataDir === undefined) return bad('bad-input', '--data DIR is missing');
  const opened = await openStore(folderOf(dataDir));
  if (!opened.ok) return opened;
  const store = opened.value;
  try {
    if ((await store.meta.value('card')) === undefined) return bad('not-found', `no centre in ${dataDir}`);
    return await use(store);
  } finally {
    await store.close();
  }
}
