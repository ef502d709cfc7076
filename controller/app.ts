// The people's door as a Fastify app: it is built here and never listens here.
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import type { MapTiles } from '../schemas/map-tiles.ts';
import type { Problem } from '../schemas/problems.ts';
import { acceptanceRoutes } from './api/acceptances.ts';
import { accountRoutes } from './api/accounts.ts';
import { alertSourceRoutes } from './api/alert-sources.ts';
import { alertRoutes } from './api/alerts.ts';
import { approvalRoutes } from './api/approvals.ts';
import { auditRoutes } from './api/audit.ts';
import { boardRoutes } from './api/boards.ts';
import { boxSettingsRoutes } from './api/box-settings.ts';
import { boxRoutes } from './api/boxes.ts';
import { calendarRoutes } from './api/calendar.ts';
import { centreStateRoutes } from './api/centre-state.ts';
import { centreRoutes } from './api/centres.ts';
import { citizenRoutes } from './api/citizens.ts';
import { claimRoutes } from './api/claims.ts';
import { contactRoutes } from './api/contacts.ts';
import { contentUsesRoutes } from './api/content-uses.ts';
import { deliveryRoutes } from './api/deliveries.ts';
import { collectRules, describeRoutes } from './api/describe.ts';
import { directiveRoutes } from './api/directives.ts';
import { dutyRoutes } from './api/duty.ts';
import { evaluationRoutes } from './api/evaluation.ts';
import { eventRoutes } from './api/events.ts';
import { exchangeRoutes } from './api/exchange.ts';
import { explainRoutes } from './api/explain.ts';
import { faultRoutes } from './api/faults.ts';
import { federationRoutes } from './api/federation.ts';
import { libraryRoutes } from './api/library.ts';
import { liveRoutes } from './api/live.ts';
import { relayRoutes } from './api/live-relays.ts';
import { localOrderRoutes } from './api/local-order.ts';
import { logRoutes } from './api/log.ts';
import { mandateRoutes } from './api/mandates.ts';
import { mapRoutes } from './api/map.ts';
import { mediaRoutes } from './api/media.ts';
import { noticeRoutes } from './api/notices.ts';
import { orderCapRoutes } from './api/order-cap.ts';
import { orderPreviewRoutes } from './api/order-preview.ts';
import { orderRequestRoutes } from './api/order-requests.ts';
import { orderRoutes } from './api/orders.ts';
import { ownAccountRoutes } from './api/own-account.ts';
import { planRoutes } from './api/plans.ts';
import { policyRoutes } from './api/policy.ts';
import { practiceRoutes } from './api/practice.ts';
import { probeRoutes } from './api/probes.ts';
import { programmeRoutes } from './api/programmes.ts';
import { readingRoutes } from './api/readings.ts';
import { readyOrderRoutes } from './api/ready-orders.ts';
import { registerRoutes } from './api/register.ts';
import { registerImportRoutes } from './api/register-imports.ts';
import { releaseRoutes } from './api/releases.ts';
import { reportMailRoutes } from './api/report-mails.ts';
import { reportRoutes } from './api/reports.ts';
import { retentionRoutes } from './api/retention.ts';
import { sendProblem } from './api/route.ts';
import { scheduleBulkRoutes } from './api/schedule-bulk.ts';
import { scheduleRoutes } from './api/schedules.ts';
import { sessionRoutes } from './api/session.ts';
import { showingRoutes } from './api/showings.ts';
import { signInWayRoutes } from './api/sign-in-ways.ts';
import { sourceIssueRoutes } from './api/source-issues.ts';
import { sourceItemRoutes } from './api/source-items.ts';
import { speechRoutes } from './api/speech.ts';
import { templateRoutes } from './api/templates.ts';
import { ticketRoutes } from './api/tickets.ts';
import { todayRoutes } from './api/today.ts';
import { trainingRoutes } from './api/training.ts';
import { unitRoutes } from './api/units.ts';
import { uploadRoutes } from './api/uploads.ts';
import { weekRoutes } from './api/weeks.ts';
import type { Centre } from './centre.ts';
import { webhookDoor } from './emergency/inlets/webhook.ts';
import { handshakePatience, headPatience, limitBodies } from './http-patience.ts';
import { voiceBytesMax, voiceDoor } from './live/voice-door.ts';
import { originOf } from './map-tiles.ts';
import { pageFiles } from './page-files.ts';

export interface AppOptions {
  /** The operator's certificate; without it the app is for loopback only. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Folder of the built console; the residents' app stands beside it. */
  readonly consoleDir: string;
  /** The operator's own server of map pictures. */
  readonly mapTiles?: MapTiles;
  /** Told of every route as it is made: tests hold them against the table of rights. */
  readonly onRoute?: (route: { readonly method: string | string[]; readonly url: string }) => void;
}

const jsonBytesMax = 512 * 1024;

function policyOfPages(tiles: MapTiles | undefined): string {
  return [
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    `img-src 'self' data: blob:${tiles ? ` ${originOf(tiles)}` : ''}`,
    "media-src 'self' blob:",
    "frame-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Node's own settings of the server, which Fastify hands on. */
function serverOf(tls: AppOptions['tls']): object {
  return tls ? { https: { ...tls, minVersion: 'TLSv1.2', ...handshakePatience, ...headPatience } } : { http: headPatience };
}

/** Build the app: REST under /api, live events, health probes, the console's files. */
export async function buildApp(centre: Centre, options: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    ...serverOf(options.tls),
    bodyLimit: jsonBytesMax,
    // Long enough for a large upload over a slow line, short enough that idle sockets go.
    requestTimeout: 15 * 60_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
    trustProxy: false,
    logger: false,
    frameworkErrors: refuseAddress,
  } as Parameters<typeof Fastify>[0]) as unknown as FastifyInstance;
  if (options.onRoute) app.addHook('onRoute', options.onRoute);
  limitBodies(app);
  const rules = collectRules(app);
  await app.register(cookie);
  await app.register(rateLimit, { global: false });
  await app.register(websocket, { options: { maxPayload: voiceBytesMax, perMessageDeflate: false } });
  addHeaders(app, options);
  answerProblems(app, centre);
  sessionRoutes(app, centre, options.tls !== undefined);
  signInWayRoutes(app, centre, options.tls !== undefined);
  accountRoutes(app, centre);
  ownAccountRoutes(app, centre);
  boxRoutes(app, centre);
  claimRoutes(app, centre);
  boxSettingsRoutes(app, centre);
  boardRoutes(app, centre);
  acceptanceRoutes(app, centre);
  readingRoutes(app, centre);
  unitRoutes(app, centre);
  contentUsesRoutes(app, centre);
  mediaRoutes(app, centre);
  uploadRoutes(app, centre);
  speechRoutes(app, centre);
  programmeRoutes(app, centre);
  scheduleRoutes(app, centre);
  planRoutes(app, centre);
  scheduleBulkRoutes(app, centre);
  sourceRoutes(app, centre);
  logRoutes(app, centre);
  auditRoutes(app, centre);
  showingRoutes(app, centre);
  await emergencyRoutes(app, centre);
  liveRoutes(app, centre);
  relayRoutes(app, centre);
  voiceDoor(app, centre);
  policyRoutes(app, centre);
  calendarRoutes(app, centre);
  localOrderRoutes(app, centre);
  explainRoutes(app, centre);
  todayRoutes(app, centre);
  mapRoutes(app, centre, options.mapTiles);
  estateRoutes(app, centre);
  releaseRoutes(app, centre);
  ownRoutes(app, centre);
  eventRoutes(app, centre);
  citizenRoutes(app, centre);
  describeRoutes(app, rules);
  probeRoutes(app, centre);
  await pageFiles(app, options.consoleDir);
  return app;
}

/** The centre itself, and those above and below it. */
function ownRoutes(app: FastifyInstance, centre: Centre): void {
  centreStateRoutes(app, centre);
  centreRoutes(app, centre);
  federationRoutes(app, centre);
}

/** Source information: written, issued, answered, told by hand, and systems that are not ours. */
function sourceRoutes(app: FastifyInstance, centre: Centre): void {
  sourceItemRoutes(app, centre);
  sourceIssueRoutes(app, centre);
  libraryRoutes(app, centre);
  noticeRoutes(app, centre);
  approvalRoutes(app, centre);
  deliveryRoutes(app, centre);
  exchangeRoutes(app, centre);
  directiveRoutes(app, centre);
}

/** Orders and what leads to them. */
async function emergencyRoutes(app: FastifyInstance, centre: Centre): Promise<void> {
  templateRoutes(app, centre);
  orderRoutes(app, centre);
  orderPreviewRoutes(app, centre);
  orderRequestRoutes(app, centre);
  readyOrderRoutes(app, centre);
  contactRoutes(app, centre);
  dutyRoutes(app, centre);
  orderCapRoutes(app, centre);
  alertRoutes(app, centre);
  alertSourceRoutes(app, centre);
  mandateRoutes(app, centre);
  await webhookDoor(app, { ...centre.alerts, nowMs: centre.nowMs });
}

const safetyHeaders = {
  'content-security-policy': policyOfPages(undefined),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(self), microphone=(self)',
};
/** Equipment: its faults, its register, figures. */
function estateRoutes(app: FastifyInstance, centre: Centre): void {
  faultRoutes(app, centre);
  reportRoutes(app, centre);
  weekRoutes(app, centre);
  reportMailRoutes(app, centre);
  registerRoutes(app, centre);
  registerImportRoutes(app, centre);
  ticketRoutes(app, centre);
  evaluationRoutes(app, centre);
  trainingRoutes(app, centre);
  practiceRoutes(app, centre);
  retentionRoutes(app, centre);
}

function addHeaders(app: FastifyInstance, { tls, mapTiles }: AppOptions): void {
  const headers = { ...safetyHeaders, 'content-security-policy': policyOfPages(mapTiles) };
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    if (tls) reply.header('strict-transport-security', 'max-age=31536000');
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });
}

/** An address that is none, or names too long a thing: refused before any route and any hook. */
function refuseAddress(error: FastifyError, _request: unknown, reply: FastifyReply): void {
  const code = error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? 'not-found' : 'bad-input';
  sendProblem(reply.headers({ ...safetyHeaders, 'cache-control': 'no-store' }), { code, path: '', detail: 'no such address' });
}

function answerProblems(app: FastifyInstance, centre: Centre): void {
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, { code: 'not-found', path: '', detail: `${request.method} ${request.url.slice(0, 200)}` }),
  );
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.code === 'internal-error') centre.journal.warn({ event: 'request-failed', url: request.url, err: error });
    return sendProblem(reply, problem);
  });
}

/** What Fastify and its plugins refuse, in our words. Bugs answer without detail. */
function problemOf(error: FastifyError & { readonly problem?: Problem }): Problem {
  if (error.problem) return error.problem;
  const detail = error.message.slice(0, 300);
  if (error.statusCode === 429) return { code: 'too-many-requests', path: '', detail };
  if (error.statusCode === 413) return { code: 'too-large', path: '', detail };
  if (error.code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY' || error instanceof SyntaxError)
    return { code: 'not-json', path: '', detail };
  if (error.statusCode !== undefined && error.statusCode < 500) return { code: 'bad-input', path: '', detail };
  return { code: 'internal-error', path: '', detail: '' };
}
