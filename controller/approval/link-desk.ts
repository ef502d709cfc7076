// One-time links by which an approver who is away reads or hears one version, and approves it or gives it back with the sign-in given again.
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import type {
  ApprovalDecidedAnswer,
  ApprovalDecideRequest,
  ApprovalLinkAnswer,
  ApprovalLinkRequest,
  ApprovalLookAnswer,
} from '../../schemas/approval.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import type { Centre } from '../centre.ts';
import { type Grant, rightToJudge } from '../core/roles.ts';
import { borrowedRights } from '../people/borrowed-rights.ts';
import type { Whence } from '../people/sessions.ts';
import type { SignInDesk } from '../people/sign-in-desk.ts';
import type { Asking, SourceDesk } from '../sources/source-desk.ts';
import type { ApprovalLink } from '../store/approval-store.ts';
import type { Account } from '../store/people-store.ts';
import type { Act } from '../store/store.ts';
import { stepProgramme } from './programme-step.ts';

export type LinkDeskOptions = Pick<Centre, 'store' | 'card' | 'dispatch' | 'feed' | 'nowMs'> & {
  readonly sources: SourceDesk;
  readonly signIn: Pick<SignInDesk, 'prove' | 'needs'>;
};

const hourMs = 3600_000;
const tokenPattern = /^[0-9a-f]{48}$/;

/** What a link shows and asks about, as it stands now. */
interface Subject {
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly items: readonly Item[];
  readonly area: string;
  readonly act: 'source.judge' | 'programme.judge';
}

export class LinkDesk {
  readonly #options: LinkDeskOptions;

  constructor(options: LinkDeskOptions) {
    this.#options = options;
  }

  /** Problems: not-found (account, item, programme), conflict (not handed in, another version), not-allowed, own-work, over-budget. */
  async make({ account, of, hours }: ApprovalLinkRequest, asking: Asking): Promise<Result<ApprovalLinkAnswer>> {
    const { store, sources, nowMs } = this.#options;
    const named = await this.#named(of, asking.grants, sources);
    if (!named.ok) return named;
    const subject = await this.#subject(named.value);
    if (!subject.ok) return subject;
    const person = await store.people.account(account);
    if (!person || person.disabledMs !== null) return bad('not-found', `no account ${account}`, '/account');
    const { act, area, author } = subject.value;
    if (author === account) return bad('own-work', `${account} is the author`, '/account');
    const right = rightToJudge(await this.#rightsOf(person), act, area, author);
    if (!right.ok) return bad(right.problem.code, right.problem.detail, '/account');
    const token = randomHex(24);
    const tokenHash = sha256(Buffer.from(token));
    const [madeMs, expMs] = [nowMs(), nowMs() + hours * hourMs];
    const link: ApprovalLink = { tokenHash, account, of: named.value, by: asking.account, madeMs, expMs, usedMs: null };
    const added = await store.approvals.addLink(
      link,
      madeMs,
      asking.act('approval.ask', subjectId(named.value), { account, of: named.value }),
    );
    // After `#` it stays in the browser and out of every log.
    return added.ok ? ok({ account, path: `/approve#token=${token}`, expMs }) : added;
  }

  /** Without signing in: what one is asked to approve. Problems: not-found, expired, conflict (it was judged or changed meanwhile). */
  async look(token: string): Promise<Result<ApprovalLookAnswer>> {
    const { signIn } = this.#options;
    const open = await this.#open(token);
    if (!open.ok) return open;
    const { link, person, subject } = open.value;
    const { title, body, author, items } = subject;
    return ok({
      ...{ account: link.account, of: 'source' in link.of ? 'source' : 'programme', title, body, author, expMs: link.expMs },
      items: items.map(({ sha256: name, title: of, type, language, durationMs }) => ({
        sha256: name,
        title: of,
        type,
        language,
        durationMs,
      })),
      needs: (await signIn.needs(person)) === null ? 'password' : 'password-and-code',
    });
  }

  /** One of the files that the link is about. Problems: those of `look`, not-found. */
  async content(token: string, name: string): Promise<Result<Item>> {
    const open = await this.#open(token);
    if (!open.ok) return open;
    const item = open.value.subject.items.find((one) => one.sha256 === name);
    return item ? ok(item) : bad('not-found', 'no such content');
  }

  /** Problems: those of `look`, of the sign-in, and of the step; of a refusal the link stays. */
  async decide(wish: ApprovalDecideRequest, whence: Whence): Promise<Result<ApprovalDecidedAnswer>> {
    const { store, signIn, nowMs } = this.#options;
    if (wish.verdict === 'reject' && wish.note === '') return bad('bad-input', 'the author is told why', '/note');
    const open = await this.#open(wish.token);
    if (!open.ok) return open;
    const { link } = open.value;
    const person = await signIn.prove(link.account, wish.password, wish.code, whence);
    if (!person.ok) return person;
    const { account } = person.value;
    const act: Asking['act'] = (name, subject, content = null): Act => ({
      ...{ atMs: nowMs(), actor: account, act: name, subject },
      sha256: sha256(Buffer.from(canonicalJson({ content, link: link.tokenHash }))),
    });
    const used = await store.approvals.useLink(link.tokenHash, nowMs());
    if (!used.ok) return used;
    const done = await this.#step(link, wish, { account, grants: await this.#rightsOf(person.value), act });
    const { verdict } = wish;
    const [name, what] = done.ok
      ? (['approval.use', { verdict }] as const)
      : (['approval.refused', { verdict, code: done.problem.code }] as const);
    await store.approvals.settleLink(link.tokenHash, done.ok ? 'done' : 'refused', act(name, subjectId(link.of), what));
    return done;
  }

  async #step({ of }: ApprovalLink, { verdict, note }: ApprovalDecideRequest, asking: Asking): Promise<Result<ApprovalDecidedAnswer>> {
    const state = verdict === 'approve' ? 'approved' : 'rejected';
    if ('source' in of) {
      const done = await this.#options.sources.step(of.source, verdict, { version: of.version, note }, asking);
      return done.ok ? ok({ state, delegation: done.value.latest.steps.at(-1)?.delegation ?? null }) : done;
    }
    const done = await stepProgramme(this.#options, of.programme, { step: verdict, note, seenMs: of.changedMs }, asking);
    return done.ok ? ok({ state, delegation: done.value.delegation ?? null }) : done;
  }

  async #open(token: string): Promise<Result<{ readonly link: ApprovalLink; readonly person: Account; readonly subject: Subject }>> {
    const { store, nowMs } = this.#options;
    const link = tokenPattern.test(token) ? await store.approvals.link(sha256(Buffer.from(token))) : undefined;
    if (!link || link.usedMs !== null) return notInForce();
    if (link.expMs <= nowMs()) return bad('expired', 'this link has expired', '/token');
    const person = await store.people.account(link.account);
    if (!person || person.disabledMs !== null) return notInForce();
    const subject = await this.#subject(link.of);
    return subject.ok ? ok({ link, person, subject: subject.value }) : subject;
  }

  async #named(of: ApprovalLinkRequest['of'], grants: readonly Grant[], sources: SourceDesk): Promise<Result<ApprovalLink['of']>> {
    if ('source' in of) {
      const found = await sources.find(of.source, grants);
      if (!found.ok) return found;
      return sources.seesWhole(found.value, grants) ? ok(of) : bad('not-found', `no source item ${of.source}`, '/of/source');
    }
    const stored = await this.#options.store.content.programme(of.programme);
    return stored
      ? ok({ programme: of.programme, changedMs: stored.changedMs })
      : bad('not-found', `no programme ${of.programme}`, '/of/programme');
  }

  /** Problems: not-found, conflict: it is not this version that waits for a judgement. */
  async #subject(of: ApprovalLink['of']): Promise<Result<Subject>> {
    const { store, sources, card } = this.#options;
    if ('source' in of) {
      const item = await store.sources.item(of.source);
      if (!item) return bad('not-found', `no source item ${of.source}`);
      const { n, state, author, content, play } = item.latest;
      if (n !== of.version) return bad('conflict', `version ${n} is the newest, not ${of.version}`, '/version');
      if (state !== 'submitted') return bad('conflict', `it is ${state}`, '/state');
      const { title, body } = content;
      return ok({ title, body, author, items: play ? [play] : [], area: sources.areaOf(item), act: 'source.judge' });
    }
    const stored = await store.content.programme(of.programme);
    if (!stored) return bad('not-found', `no programme ${of.programme}`);
    const { programme, state, author, changedMs } = stored;
    if (state !== 'submitted' || changedMs !== of.changedMs) return bad('conflict', `it is ${state}`, '/state');
    const body = programme.items.map(({ title, speak = '' }) => `${title}\n${speak}`.trim()).join('\n\n');
    return ok({ title: programme.title, body, author, items: programme.items, area: card.area, act: 'programme.judge' });
  }

  async #rightsOf({ account, grants }: Account): Promise<Grant[]> {
    const { store, nowMs } = this.#options;
    return [...grants, ...(await borrowedRights(store, account, nowMs()))];
  }
}

function subjectId(of: ApprovalLink['of']): string {
  return 'source' in of ? of.source : of.programme;
}

/** The same for one that never was, one that was used, and one whose person is gone. */
function notInForce(): Result<never> {
  return bad('not-found', 'Liên kết này không còn hiệu lực. / This link is not in force.', '/token');
}
