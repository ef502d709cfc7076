// LONG: every route of the door in one table.
// Every route of the people's door: which act it needs, and what somebody meets who holds that act, but in another place.
import type { ActName } from '../../controller/core/roles.ts';
import { openPolicy } from './built-centre.ts';

export interface RouteRow {
  readonly route: string;
  /** An act of roles; `self`: whoever is signed in; `half`: the password alone is enough; `open`: nobody need be signed in. */
  readonly needs: ActName | 'self' | 'half' | 'open';
  /** Who has the act, but only in a hamlet that this is not about. */
  readonly elsewhere: 'refused' | 'admitted' | 'unseen';
  /** What must stand in the address or the body before the place is asked for. */
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Whatever is asked, a place decides: the whole centre's, or that of the thing. */
const placed = (needs: ActName, ...routes: string[]): RouteRow[] => routes.map((route) => ({ route, needs, elsewhere: 'refused' }));
/** The act alone decides; what is answered is cut to what the person may see, or is everybody's. */
const anywhere = (needs: RouteRow['needs'], ...routes: string[]): RouteRow[] =>
  routes.map((route) => ({ route, needs, elsewhere: 'admitted' }));

/** A box in the hamlet thon-1, a programme handed in, a source item of that hamlet in force; the people elsewhere have their rights in thon-9. */
export const things = {
  box: 'hop-1',
  programme: 'ct-1',
  fault: 'f-1',
  entry: 'cum-1',
  ticket: 'phieu-1',
  training: 'tap-1',
  source: 'tin-1',
  issue: 'phat-1',
  directive: 'cd-1',
  folder: 'thu-muc-1',
  delivery: 'giao-1',
  schedule: 'lich-1',
  order: 'lenh-1',
  delegation: 'uq-1',
  feedback: 'pa-1',
  poll: 'bc-1',
  link: 'he-thong',
  account: 'tai-khoan',
  home: '08/02536/thon-1',
  elsewhere: '08/02536/thon-9',
};

const box = { id: things.box };
/** A box of another place is not told of: it is not found. */
const ofBox = (needs: ActName, route: string, body?: object): RouteRow => ({
  ...{ route, needs, elsewhere: 'unseen', params: { ...box, contact: 'muc-nuoc' } },
  ...(body && { body }),
});
const ofProgramme = (needs: ActName, step: string): RouteRow => ({
  ...{ route: `POST /api/programmes/:id/${step}`, needs, elsewhere: 'refused', params: { id: things.programme } },
});
const ofAccount = (route: string, body?: object): RouteRow => ({
  ...{ route, needs: 'account.write', elsewhere: 'refused', params: { account: things.account } },
  ...(body && { body }),
});
export const outputs = [
  { id: 'main', kind: 'loudspeaker' },
  { id: 'screen', kind: 'board' },
];
/** An order over the hamlet thon-1 alone is not told of elsewhere. */
const ofOrder = (route: string): RouteRow => ({ ...{ route, needs: 'read', elsewhere: 'unseen' }, params: { id: things.order } });
const unitChange = { date: '2026-12-01', change: { do: 'rename', unit: 'thon-1', name: { vi: 'Thôn Một' } } };
/** A fault of a box of another place is not told of. */
const ofFault = (word: string, body: object = {}): RouteRow => ({
  ...{ route: `POST /api/faults/:id/${word}`, needs: 'fault.answer', elsewhere: 'unseen', params: { id: things.fault }, body },
});
/** Nothing is done to it: the version is not the newest. */
const stale = { version: 99, note: '' };
const ofSource = (needs: ActName, route: string, body: object = stale): RouteRow => ({
  ...{ route, needs, elsewhere: 'refused', params: { id: things.source }, body },
});
const ofDelivery = (route: string, body: object): RouteRow => ({
  ...{ route, needs: 'delivery.write', elsewhere: 'unseen', params: { id: things.delivery }, body },
});
/** A folder of another place is not told of. It is not empty. */
const ofFolder = (method: string, body?: object): RouteRow => ({
  ...{ route: `${method} /api/folders/:id`, needs: 'library.write', elsewhere: 'unseen', params: { id: things.folder } },
  ...(body && { body }),
});
const ofInbox = (needs: ActName, route: string, body: object): RouteRow => ({
  ...{ route, needs, elsewhere: 'refused', params: { id: things.issue, issue: things.issue, unit: 'thon-1' }, body },
});
export const equipment = { name: 'Cụm loa', unit: 'thon-1', kind: 'cluster', technology: 'ip' } as const;
const ofEntry = (needs: ActName, route: string, elsewhere: RouteRow['elsewhere']): RouteRow => ({
  ...{ route, needs, elsewhere, params: { id: things.entry } },
});
/** A repair in another place is not told of. */
const ofTicket = (needs: ActName, word: string, body?: object): RouteRow => ({
  ...{ route: `POST /api/tickets/:id/${word}`, needs, elsewhere: 'unseen', params: { id: things.ticket } },
  ...(body && { body }),
});
/** What a resident of another place said is not told of. */
const ofFeedback = (needs: ActName, route: string, body?: object): RouteRow => ({
  ...{ route: `POST /api/feedback/:id/${route}`, needs, elsewhere: 'unseen', params: { id: things.feedback } },
  ...(body && { body: { seen: 0, ...body } }),
});
const poll = {
  ...{ kind: 'poll', unit: 'thon-1', title: 'x', questions: [{ type: 'one', text: 'x', options: ['a', 'b'] }], voter: 'device' },
  ...{ opensMs: 1, closesMs: 2 },
} as const;
const ofPoll = (needs: ActName, route: string): RouteRow => ({
  ...{ route: `POST /api/polls/:id/${route}`, needs, elsewhere: 'unseen', params: { id: things.poll } },
});
const ofLink = { id: things.link };
/** The system of the hamlet thon-1 is somebody else's. */
export const link = { unit: 'thon-1', title: 'Hệ thống khác', form: 'rest', unitCode: 'T1' } as const;
const said = { kind: 'state', unitCode: 'T1', atMs: 1_000, issue: things.issue, state: 'received' };
const grants = [{ role: 'technician', area: things.home }];

export const roleTable: readonly RouteRow[] = [
  // Nobody need be signed in: probes, pages, one-time links, signing in, machines that sign what they send.
  ...anywhere('open', 'GET /healthz', 'GET /readyz', 'GET /metrics', 'GET /*', 'GET /setup', 'GET /invite', 'GET /api/openapi.json'),
  ...anywhere('open', 'GET /api/asyncapi.json', 'GET /.well-known/security.txt'),
  ...anywhere('open', 'GET /api/session', 'POST /api/session', 'POST /api/setup', 'POST /api/invitation', 'POST /api/invitation/look'),
  ...anywhere('open', 'GET /api/session/ways', 'POST /api/session/oidc', 'GET /api/session/oidc/callback'),
  ...anywhere('open', 'POST /alerts/webhook/:source'),
  // The password alone is enough to finish signing in, or to go.
  ...anywhere('half', 'POST /api/session/code', 'POST /api/session/factor', 'POST /api/session/factor/confirm', 'DELETE /api/session'),
  // One's own account.
  ...anywhere('self', 'GET /api/account', 'PUT /api/account/password', 'POST /api/account/factor', 'POST /api/account/factor/confirm'),
  ...anywhere('self', 'POST /api/account/recovery-codes', 'DELETE /api/account/sessions', 'DELETE /api/account/sessions/:id'),
  ...anywhere('self', 'GET /api/tokens', 'DELETE /api/tokens/:id'),
  ...anywhere('token.write', 'POST /api/tokens'),
  // Accounts of others.
  ...anywhere('account.read', 'GET /api/accounts'),
  ...anywhere('read', 'GET /api/names'),
  { route: 'POST /api/accounts', needs: 'account.write', elsewhere: 'refused', body: { account: 'moi', title: 'Mới', grants } },
  ofAccount('PUT /api/accounts/:account', { title: 'Mới', grants }),
  ofAccount('POST /api/accounts/:account/enable'),
  ofAccount('POST /api/accounts/:account/invitation'),
  ofAccount('GET /api/accounts/:account/sessions'),
  ofAccount('DELETE /api/accounts/:account/sessions'),
  ofAccount('PUT /api/accounts/:account/identity', { subject: 'nguoi-1' }),
  ofAccount('DELETE /api/accounts/:account/identity'),
  ofAccount('POST /api/accounts/:account/disable'),
  ofAccount('DELETE /api/duty/factors/:account'),
  ...placed('account.read', 'GET /api/sign-in-settings', 'GET /api/centre-state'),
  ...placed('account.write', 'PUT /api/sign-in-settings'),
  // Boxes and boards.
  ofBox('read', 'GET /api/boxes/:id'),
  ofBox('read', 'GET /api/boxes/:id/settings'),
  ofBox('read', 'GET /api/boxes/:id/board'),
  ofBox('read', 'GET /api/boxes/:id/acceptances'),
  ofBox('read', 'GET /api/boxes/:id/readings'),
  ofBox('read', 'GET /api/boxes/:id/screenshot'),
  ...anywhere('read', 'GET /api/boxes', 'GET /api/groups', 'GET /api/showings', 'GET /api/boards/preview'),
  {
    route: 'POST /api/boxes',
    needs: 'box.register',
    elsewhere: 'refused',
    body: { ...box, name: 'x', area: things.home, groups: ['g'], outputs },
  },
  { route: 'POST /api/boxes/:id/claim', needs: 'box.claim', elsewhere: 'refused', params: box },
  { route: 'POST /api/boxes/:id/decommission', needs: 'box.claim', elsewhere: 'refused', params: box },
  ...anywhere('box.claim', 'GET /api/claims'),
  { route: 'DELETE /api/claims/:id', needs: 'box.claim', elsewhere: 'unseen', params: { id: '0123456789abcdef' } },
  ofBox('box.command', 'POST /api/boxes/:id/commands', { do: 'screenshot' }),
  ofBox('box.settings', 'PUT /api/boxes/:id/settings', { outputs }),
  ofBox('box.settings', 'PUT /api/boxes/:id/contacts/:contact', { inputs: ['contact-1'], needs: '1of1', debounceMs: 100, mandate: 'm-1' }),
  ofBox('box.settings', 'DELETE /api/boxes/:id/contacts/:contact'),
  ...placed('mandate.sign', 'POST /api/boxes/:id/contacts/:contact/mandates'),
  // Content and schedules.
  ...anywhere(
    'read',
    'GET /api/media',
    'GET /api/blobs/:sha256',
    'GET /api/media/:sha256/film',
    'GET /api/media/:sha256/mp3',
    'GET /api/media/work',
    'GET /api/media/:sha256/uses',
    'GET /api/programmes',
    'GET /api/programmes/:id',
    'GET /api/schedules',
  ),
  ...anywhere('read', 'POST /api/schedules/preview', 'GET /api/timeline', 'GET /api/timeline.ics', 'GET /api/policy'),
  ...anywhere('media.add', 'POST /api/media', 'POST /api/bulletins', 'POST /api/uploads'),
  ...anywhere('media.add', 'HEAD /api/uploads/:id', 'PATCH /api/uploads/:id', 'DELETE /api/uploads/:id'),
  ...anywhere('media.add', 'POST /api/speech', 'POST /api/speech/hear', 'POST /api/bulletins/preview'),
  ...anywhere('read', 'POST /api/speech/words', 'GET /api/speech/voices', 'GET /api/pronunciations'),
  ...placed('pronunciation.write', 'PUT /api/pronunciations'),
  ...anywhere('programme.write', 'POST /api/programmes', 'POST /api/programmes/:id/submit'),
  ofProgramme('programme.judge', 'reject'),
  ofProgramme('programme.judge', 'approve'),
  ofProgramme('programme.withdraw', 'withdraw'),
  {
    ...{ route: 'POST /api/schedules', needs: 'schedule.write', elsewhere: 'refused' },
    body: { programme: things.programme, groups: ['thon-1'], start: '20261124T170000', zone: 'Asia/Ho_Chi_Minh' },
  },
  ...placed('schedule.write', 'DELETE /api/schedules/:id'),
  {
    ...{ route: 'PUT /api/schedules/:id', needs: 'schedule.write', elsewhere: 'refused', params: { id: things.schedule } },
    body: { programme: things.programme, groups: ['thon-1'], start: '20261124T170000', zone: 'Asia/Ho_Chi_Minh', seen: '0'.repeat(64) },
  },
  ...anywhere('read', 'GET /api/agenda', 'GET /api/strips', 'POST /api/policy/preview'),
  {
    ...{ route: 'POST /api/schedules/bulk', needs: 'schedule.write', elsewhere: 'refused' },
    body: { schedules: [things.schedule], change: { do: 'remove' }, preview: true },
  },
  ...anywhere('read', 'GET /api/schedules/bulk'),
  { route: 'POST /api/schedules/bulk/:id/undo', needs: 'schedule.write', elsewhere: 'unseen' },
  { route: 'PUT /api/policy', needs: 'policy.write', elsewhere: 'refused', body: openPolicy },
  { route: 'DELETE /api/policy', needs: 'policy.write', elsewhere: 'admitted' },
  ...anywhere(
    'read',
    'GET /api/policies',
    'GET /api/holidays/:year',
    'GET /api/local-order',
    'GET /api/explain',
    'GET /api/today',
    'GET /api/map',
  ),
  { route: 'PUT /api/holidays/:year', needs: 'calendar.write', elsewhere: 'refused', body: [], params: { year: '2027' } },
  { route: 'DELETE /api/holidays/:year', needs: 'calendar.write', elsewhere: 'refused', params: { year: '2027' } },
  { route: 'PUT /api/local-order', needs: 'schedule.write', elsewhere: 'refused', body: { programmes: [] } },
  ...anywhere('read', 'GET /api/local-order/clashes'),
  {
    ...{ route: 'POST /api/local-order/preview', needs: 'read', elsewhere: 'unseen' },
    body: { box: things.box, programmes: [], fromMs: 1_000, toMs: 2_000 },
  },
  // Source information.
  ...anywhere('read', 'GET /api/source-items', 'GET /api/source-items/:id', 'GET /api/source-items/:id/versions'),
  ...anywhere('read', 'GET /api/source-items/:id/compare'),
  ofSource('source.write', 'POST /api/source-items', { unit: 'thon-1', content: { kind: 'notice', title: 'x' } }),
  ofSource('source.write', 'PUT /api/source-items/:id', { version: 99, content: { kind: 'notice', title: 'x' } }),
  ofSource('source.write', 'POST /api/source-items/:id/submit'),
  ofSource('source.write', 'POST /api/source-items/:id/read-aloud', { version: 99 }),
  ofSource('source.judge', 'POST /api/source-items/:id/approve'),
  ofSource('source.judge', 'POST /api/source-items/:id/reject'),
  ofSource('source.publish', 'POST /api/source-items/:id/publish'),
  ofSource('source.withdraw', 'POST /api/source-items/:id/withdraw'),
  ofSource('source.issue', 'POST /api/source-items/:id/issue', { version: 99, to: ['thon-1'], levels: ['hamlet'] }),
  ...anywhere('read', 'GET /api/source-issues', 'GET /api/source-items/:id/handling', 'GET /api/source-handling', 'GET /api/inbox'),
  ofSource('delivery.write', 'POST /api/source-items/:id/deliveries', { unit: 'thon-1', form: 'sms', atMs: 1_000_000 }),
  ofDelivery('PUT /api/deliveries/:id', { corrections: 0, why: 'x', form: 'sms', atMs: 1 }),
  ofDelivery('POST /api/deliveries/:id/strike', { corrections: 0, why: 'x' }),
  // Approving away from the desk.
  ...anywhere('open', 'GET /approve', 'POST /api/approval-links/look', 'POST /api/approval-links/decide'),
  ...anywhere('open', 'GET /api/approval-links/content/:sha256'),
  ...anywhere('approval.ask', 'POST /api/approval-links', 'GET /api/colleagues'),
  ...anywhere('read', 'GET /api/delegations', 'GET /api/filler'),
  { route: 'PUT /api/filler', needs: 'schedule.write', elsewhere: 'refused', body: { programme: null } },
  {
    ...{ route: 'POST /api/delegations', needs: 'approval.delegate', elsewhere: 'refused' },
    body: { holder: things.account, area: things.home, fromMs: 1, untilMs: 2 },
  },
  { route: 'POST /api/delegations/:id/revoke', needs: 'approval.revoke', elsewhere: 'unseen', params: { id: things.delegation }, body: {} },
  ...anywhere('photo.add', 'POST /api/photos'),
  ...anywhere('read', 'GET /api/source-items/:id/deliveries', 'GET /api/photos/:sha256', 'GET /api/households'),
  ofBox('box.settings', 'PUT /api/boxes/:id/households', { households: 100 }),
  ...anywhere('read', 'GET /api/notices', 'POST /api/notices/:id/read'),
  { route: 'GET /api/source-issues/:id/:unit/receipts', needs: 'read', elsewhere: 'unseen', params: { id: things.issue, unit: 'thon-1' } },
  ...['state', 'boxes', 'boxes/:box/coming'].map(
    (word): RouteRow => ({ route: `GET /api/centres/below/:id/${word}`, needs: 'read', elsewhere: 'unseen', params: { id: 'xa-la' } }),
  ),
  ...anywhere('read', 'GET /api/folders', 'GET /api/source-items/:id/uses'),
  ofSource('library.write', 'PUT /api/source-items/:id/shelf', { folder: null, tags: [] }),
  { route: 'POST /api/folders', needs: 'library.write', elsewhere: 'refused', body: { unit: 'thon-1', name: 'x' } },
  ofFolder('PUT', { parent: null, name: 'x' }),
  ofFolder('DELETE'),
  ofInbox('source.issue', 'POST /api/source-issues/:id/withdraw', { note: '' }),
  {
    ...{ route: 'POST /api/directives', needs: 'directive.issue', elsewhere: 'refused' },
    body: { unit: 'xa', title: 'x', body: 'x', to: ['thon-1'], levels: ['hamlet'] },
  },
  ...anywhere('read', 'GET /api/directives', 'GET /api/directive-inbox'),
  { route: 'GET /api/directives/:id', needs: 'read', elsewhere: 'unseen', params: { id: things.directive } },
  {
    route: 'POST /api/directives/:id/withdraw',
    needs: 'directive.issue',
    elsewhere: 'refused',
    params: { id: things.directive },
    body: {},
  },
  {
    ...{ route: 'POST /api/directive-inbox/:directive/:unit/read', needs: 'directive.read', elsewhere: 'unseen' },
    params: { directive: things.directive, unit: 'thon-1' },
  },
  ofInbox('inbox.answer', 'POST /api/inbox/:issue/:unit/take', { form: 'sms' }),
  ofInbox('inbox.answer', 'POST /api/inbox/:issue/:unit/decline', { reason: 'x' }),
  ofInbox('inbox.answer', 'POST /api/inbox/:issue/:unit/copy', {}),
  ...anywhere('read', 'GET /api/exchange', 'GET /api/exchange/units'),
  ...placed('centre.link', 'DELETE /api/exchange/:id', 'POST /api/exchange/:id/replay'),
  { route: 'PUT /api/exchange/:id', needs: 'centre.link', elsewhere: 'refused', params: ofLink, body: link },
  { route: 'GET /api/exchange/:id/supply', needs: 'read', elsewhere: 'unseen', params: ofLink },
  { route: 'GET /api/exchange/:id/heard', needs: 'read', elsewhere: 'unseen', params: ofLink },
  { route: 'POST /api/exchange/:id/heard', needs: 'inbox.answer', elsewhere: 'unseen', params: ofLink, body: { documents: [said] } },
  // Units.
  ofBox('read', 'GET /api/boxes/:id/areas'),
  ...anywhere(
    'read',
    'GET /api/units',
    'GET /api/units/:id/history',
    'GET /api/units/plays',
    'GET /api/unit-changes',
    'GET /api/unit-codes',
  ),
  { route: 'POST /api/unit-changes/preview', needs: 'unit.write', elsewhere: 'refused', body: unitChange },
  { route: 'POST /api/unit-changes', needs: 'unit.write', elsewhere: 'refused', body: unitChange },
  { route: 'POST /api/unit-changes/:id/undo', needs: 'unit.write', elsewhere: 'unseen' },
  { route: 'PUT /api/unit-codes', needs: 'unit.write', elsewhere: 'refused', body: [] },
  // Faults and figures.
  ...anywhere('read', 'GET /api/faults', 'GET /api/reports', 'GET /api/reports/:id', 'GET /api/weeks/:unit'),
  ...anywhere('read', 'GET /api/retention'),
  ...placed('retention.write', 'PUT /api/retention'),
  ...anywhere('release.read', 'GET /api/releases', 'GET /api/rollouts', 'GET /api/rollouts/:id'),
  ...placed('release.write', 'POST /api/releases', 'PUT /api/releases/parts/:sha256', 'POST /api/rollouts', 'POST /api/rollouts/:id/turn'),
  ...placed('report-mail.write', 'GET /api/report-mails', 'PUT /api/report-mails', 'POST /api/report-mails/:id/send'),
  // The register.
  ...anywhere('read', 'GET /api/register', 'GET /api/register.csv', 'GET /api/register-expiring', 'GET /api/register-statistics'),
  ofEntry('read', 'GET /api/register/:id', 'unseen'),
  ofEntry('read', 'GET /api/register/:id/history', 'unseen'),
  { ...ofEntry('register.write', 'PUT /api/register/:id', 'refused'), body: { version: 99, facts: { ...equipment, unit: 'thon-1' } } },
  ...anywhere('register.write', 'POST /api/register-imports/preview', 'POST /api/register-imports', 'GET /api/register-imports'),
  ...anywhere('register.write', 'GET /api/register-imports/:id', 'POST /api/register-imports/:id/undo'),
  // Repairs.
  ...anywhere('read', 'GET /api/tickets', 'GET /api/my-work', 'GET /api/long-faults'),
  { ...ofTicket('read', ''), route: 'GET /api/tickets/:id' },
  ...placed('ticket.write', 'GET /api/workers'),
  { route: 'POST /api/tickets', needs: 'ticket.write', elsewhere: 'unseen', body: { box: things.box, title: 'x' } },
  ofTicket('ticket.write', 'assign', { assignee: things.account }),
  ofTicket('ticket.write', 'note', { note: 'x' }),
  ofTicket('ticket.work', 'accept'),
  ofTicket('ticket.work', 'give-back'),
  ofTicket('ticket.work', 'photos', { when: 'after', sha256: 'a'.repeat(64) }),
  ofTicket('ticket.work', 'self-test'),
  ofTicket('ticket.close', 'close', { reason: 'x' }),
  // Evaluation.
  ...anywhere('read', 'GET /api/evaluations', 'GET /api/evaluations/:unit', 'GET /api/ratings'),
  {
    ...{ route: 'POST /api/ratings', needs: 'rating.write', elsewhere: 'refused' },
    body: { unit: 'thon-1', month: '2026-11', level: 'commune', source: 'phieu', stars: [0, 0, 0, 0, 1] },
  },
  // Residents, who have no account, and those who answer them.
  ...anywhere('open', 'GET /api/public/place', 'GET /api/public/day', 'GET /api/public/items', 'GET /api/public/items/:id'),
  ...anywhere('open', 'GET /api/public/alerts', 'GET /api/public/answers', 'GET /api/public/polls', 'GET /api/public/poles/:code'),
  ...anywhere('open', 'GET /api/public/open-data', 'GET /api/public/sounds/:sha256', 'GET /api/public/sounds/:sha256/mp3'),
  ...anywhere('open', 'GET /api/public/pages/:sha256', 'GET /api/public/events', 'POST /api/public/device', 'POST /api/public/feedback'),
  ...anywhere('open', 'POST /api/public/feedback/look', 'POST /api/public/feedback/rate', 'POST /api/public/feedback/mine'),
  ...anywhere('open', 'POST /api/public/phone', 'POST /api/public/phone/confirm', 'POST /api/public/ratings'),
  ...anywhere('open', 'POST /api/public/my-data', 'POST /api/public/my-data/erase', 'POST /api/public/polls/:id/ballots'),
  ...anywhere('open', 'POST /api/public/pushes', 'POST /api/public/pushes/remove', 'POST /api/public/pushes/received'),
  ...anywhere('feedback.read', 'GET /api/feedback', 'GET /api/feedback-statistics'),
  { route: 'GET /api/feedback/:id', needs: 'feedback.read', elsewhere: 'unseen', params: { id: things.feedback } },
  {
    ...{ route: 'GET /api/feedback/:id/attached/:sha256', needs: 'feedback.read', elsewhere: 'unseen' },
    params: { id: things.feedback, sha256: 'a'.repeat(64) },
  },
  ofFeedback('feedback.write', 'assign', { assignee: things.account }),
  ofFeedback('feedback.write', 'note', { note: 'x' }),
  ofFeedback('feedback.write', 'answer', { text: 'xxx' }),
  ofFeedback('feedback.write', 'link', { item: things.source }),
  ofFeedback('feedback.moderate', 'hold', {}),
  ofFeedback('feedback.moderate', 'accept', {}),
  ofFeedback('feedback.moderate', 'refuse', { reason: 'xxx' }),
  ofFeedback('feedback.publish', 'publish', { question: 'xxx', answer: 'xxx' }),
  ofFeedback('feedback.publish', 'hide', {}),
  ...anywhere('read', 'GET /api/polls'),
  { route: 'GET /api/polls/:id', needs: 'read', elsewhere: 'unseen', params: { id: things.poll } },
  { route: 'POST /api/polls', needs: 'poll.write', elsewhere: 'refused', body: poll },
  { route: 'PUT /api/polls/:id', needs: 'poll.write', elsewhere: 'unseen', params: { id: things.poll }, body: poll },
  ofPoll('poll.publish', 'open'),
  ofPoll('poll.publish', 'close'),
  ofPoll('poll.publish', 'withdraw'),
  ...placed('feedback.read', 'GET /api/push-messages'),
  ...placed('citizen.settings', 'GET /api/citizen-settings', 'PUT /api/citizen-settings'),
  // Training.
  ...anywhere('read', 'GET /api/exercises', 'GET /api/trainings', 'GET /api/sandboxes'),
  { route: 'GET /api/trainings/:id/acts', needs: 'read', elsewhere: 'unseen', params: { id: things.training } },
  {
    ...{ route: 'POST /api/trainings', needs: 'training.write', elsewhere: 'refused' },
    body: { person: things.account, exercise: 'thay-hop', unit: 'thon-1' },
  },
  {
    ...{ route: 'POST /api/trainings/:id/complete', needs: 'training.write', elsewhere: 'refused', params: { id: things.training } },
    body: { result: 'passed' },
  },
  { route: 'PUT /api/sandboxes/:unit', needs: 'sandbox.write', elsewhere: 'refused', params: { unit: 'thon-1' } },
  { route: 'DELETE /api/sandboxes/:unit', needs: 'sandbox.write', elsewhere: 'refused', params: { unit: 'thon-1' } },
  ofFault('answer'),
  ofFault('assign', { assignee: things.account }),
  ofFault('resolve'),
  ...anywhere('read', 'GET /api/practice'),
  { route: 'POST /api/practice', needs: 'read', elsewhere: 'unseen', body: { box: things.box } },
  { route: 'GET /api/practice/:box/:command', needs: 'read', elsewhere: 'unseen', params: { box: things.box, command: 'x' } },
  ofFault('shelve', { untilMs: null }),
  // What happened.
  ...anywhere('read', 'GET /api/receipts', 'GET /api/log', 'GET /api/log/conflicts', 'GET /api/events'),
  ...anywhere('audit.read', 'GET /api/audit', 'GET /api/audit/verify'),
  ...placed('audit.read', 'GET /api/audit/export'),
  // Orders.
  ...anywhere('read', 'GET /api/templates', 'GET /api/coverage', 'GET /api/orders', 'GET /api/orders/at-boxes'),
  ofOrder('GET /api/orders/:id'),
  ofOrder('GET /api/orders/:id.cap'),
  ...anywhere('read', 'GET /api/officer-keys', 'GET /api/order-requests', 'GET /api/order-requests/:id'),
  ...anywhere('read', 'GET /api/ready-orders'),
  ...anywhere('order.give', 'POST /api/officer-keys', 'POST /api/order-preview'),
  ...placed('template.write', 'PUT /api/templates/:id/speech', 'PUT /api/templates/:id/sign-film'),
  ...placed('order.give', 'POST /api/orders', 'POST /api/order-requests', 'POST /api/order-requests/:id/approve'),
  ...placed('order.give', 'DELETE /api/order-requests/:id', 'POST /api/ready-orders', 'POST /api/ready-orders/:id/approve'),
  ...placed('order.give', 'DELETE /api/ready-orders/:id'),
  ...placed('order.stop', 'POST /api/orders/:id/clear', 'POST /api/orders/:id/correct', 'POST /api/orders/stop-all'),
  ...placed('order.stop', 'DELETE /api/boxes/:id/ready-orders/:order', 'POST /api/alerts/:id/end'),
  // Duty.
  ...anywhere('read', 'GET /api/duty', 'GET /api/duty/roster', 'GET /api/duty/rings', 'POST /api/duty/rings/test'),
  ...anywhere('read', 'POST /api/duty/rings/:id/seen', 'POST /api/duty/rings/:id/answer'),
  ...placed('duty.roster', 'POST /api/duty/roster', 'DELETE /api/duty/roster/:id', 'PUT /api/duty/roster/week'),
  ...placed('order.give', 'POST /api/duty/shift'),
  ...anywhere('order.give', 'POST /api/duty/factor', 'POST /api/duty/factor/confirm'),
  ...anywhere('order.give', 'POST /api/duty/shift/hand-over', 'POST /api/duty/shift/end'),
  ...placed('duty.settings', 'PUT /api/duty/settings'),
  // Alerts, mandates, neighbours.
  ...anywhere('read', 'GET /api/alerts', 'GET /api/alerts/:id', 'GET /api/mandates'),
  ...placed('alert.answer', 'POST /api/alerts/:id/take', 'POST /api/alerts/:id/aside'),
  ...anywhere('alert-source.read', 'GET /api/alert-sources'),
  ...placed('alert-source.write', 'PUT /api/alert-sources/:id', 'DELETE /api/alert-sources/:id'),
  ...placed('mandate.sign', 'POST /api/mandates', 'POST /api/mandates/:id/sign'),
  ...placed('mandate.revoke', 'POST /api/mandates/:id/revoke'),
  ...placed('centre.link', 'GET /api/centres', 'PUT /api/centres/above/:id', 'DELETE /api/centres/above/:id'),
  ...placed('centre.link', 'PUT /api/centres/below/:id', 'DELETE /api/centres/below/:id'),
  // Live; the last is a WebSocket.
  ...anywhere('read', 'GET /api/live', 'GET /api/live/:id', 'GET /api/relays'),
  ...placed('live.open', 'POST /api/live', 'GET /api/live/:id/voice'),
  ...placed('live.close', 'POST /api/live/:id/close'),
  ...placed('relay.write', 'POST /api/relays', 'DELETE /api/relays/:id'),
];
