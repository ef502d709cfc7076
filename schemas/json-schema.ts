// JSON Schema 2020-12 of everything that travels, for other programs and for documents of the interfaces.
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { AcceptanceRecord } from './acceptance.ts';
import * as agenda from './agenda.ts';
import * as alerts from './alerts.ts';
import * as api from './api.ts';
import * as approvals from './approval.ts';
import { Approval, Mandate } from './authority.ts';
import { CommandRequest } from './board-api.ts';
import { BulkRequest } from './bulk.ts';
import { CleanBulletin } from './bulletin-removals.ts';
import { citizenShapes } from './citizen.ts';
import { Command, Screenshot } from './command.ts';
import * as content from './content-api.ts';
import * as directives from './directive.ts';
import * as duty from './duty.ts';
import { ClaimRequest, RetireRequest } from './enrolment-api.ts';
import { Envelope, Statement } from './envelope.ts';
import * as evaluation from './evaluation.ts';
import * as exchange from './exchange.ts';
import * as federation from './federation.ts';
import { Below, Introduction } from './introduction.ts';
import { Delegation, KeysDocument, Place, TrustRoot } from './keys.ts';
import * as library from './library.ts';
import { LiveSession } from './live.ts';
import { Contact, LocalOrder, LocalOrders } from './local-orders.ts';
import * as localPriority from './local-priority.ts';
import { Clear, Order, OrderHead } from './order.ts';
import * as orders from './order-api.ts';
import { Ack, Entry, Fact, LogBatch, Row } from './outbox.ts';
import { Path, Paths } from './paths.ts';
import * as people from './people.ts';
import { Policy } from './policy.ts';
import { PracticeRequest } from './practice.ts';
import { Problem } from './problem-shape.ts';
import { Item, Programme } from './programme.ts';
import * as ready from './ready-orders.ts';
import { Receipt } from './receipt.ts';
import * as register from './register.ts';
import * as releases from './release.ts';
import * as releaseApi from './release-api.ts';
import { Answer, Ask, Health, Heartbeat, Presence, Report, Telemetry } from './report.ts';
import { ReportMails } from './report-mail.ts';
import * as retention from './retention.ts';
import { Schedule, SchedulePart } from './schedule.ts';
import { BoxSettings, BoxSettingsChange, LocalLive } from './settings.ts';
import { ShowingRow } from './showing-row.ts';
import * as sources from './source.ts';
import * as issues from './source-issue.ts';
import { Pronunciations } from './speech-text/pronunciations.ts';
import * as steering from './steering.ts';
import * as tickets from './tickets.ts';
import * as training from './training.ts';
import * as units from './units.ts';
import { OrderAudio, Part, Want } from './want.ts';
import { Widget } from './widget.ts';

/** Every shape that leaves a program, by its name. */
export const wireShapes = {
  ...citizenShapes,
  AcceptanceRecord,
  Ack,
  Answer,
  Approval,
  Ask,
  BoxSettings,
  BoxSettingsChange,
  Clear,
  Command,
  Delegation,
  Entry,
  Envelope,
  Fact,
  Health,
  Heartbeat,
  Item,
  KeysDocument,
  LogBatch,
  Mandate,
  Order,
  OrderAudio,
  OrderHead,
  Part,
  Place,
  Policy,
  Presence,
  Problem,
  Programme,
  Receipt,
  Report,
  Row,
  Schedule,
  SchedulePart,
  Statement,
  Telemetry,
  TrustRoot,
  Want,
  LiveSession,
  LocalLive,
  BulkRequest,
  Contact,
  LocalOrder,
  LocalOrders,
  Path,
  Paths,
  CommandRequest,
  Screenshot,
  CleanBulletin,
  ShowingRow,
  Widget,
  SignInRequest: api.SignInRequest,
  SetupRequest: api.SetupRequest,
  BoxRequest: api.BoxRequest,
  ClaimRequest,
  RetireRequest,
  BulletinRequest: api.BulletinRequest,
  ProgrammeRequest: api.ProgrammeRequest,
  ScheduleRequest: api.ScheduleRequest,
  ScheduleChange: agenda.ScheduleChange,
  ScheduleLookRequest: agenda.ScheduleLookRequest,
  LocalOrderRequest: localPriority.LocalOrderRequest,
  LocalOrderPreviewRequest: localPriority.LocalOrderPreviewRequest,
  OrderRequest: orders.OrderRequest,
  OrderPreviewRequest: orders.OrderPreviewRequest,
  PrepareRequest: orders.PrepareRequest,
  ApproveRequest: orders.ApproveRequest,
  OfficerKeyRequest: orders.OfficerKeyRequest,
  ReadyOrderRequest: ready.ReadyOrderRequest,
  ReadySignRequest: ready.ReadySignRequest,
  ContactMandateRequest: ready.ContactMandateRequest,
  ContactWiring: ready.ContactWiring,
  Introduction,
  Below,
  Down: federation.Down,
  DownCall: federation.DownCall,
  DownThing: federation.DownThing,
  HelloDown: federation.HelloDown,
  HelloUp: federation.HelloUp,
  Up: federation.Up,
  UpAck: federation.UpAck,
  UpAnswer: federation.UpAnswer,
  UpThing: federation.UpThing,
  UpVoices: federation.UpVoices,
  ClearRequest: orders.ClearRequest,
  SignFilmRequest: orders.SignFilmRequest,
  TemplateSpeechRequest: orders.TemplateSpeechRequest,
  TimelineRequest: api.TimelineRequest,
  MediaRequest: api.MediaRequest,
  SpeechRequest: api.SpeechRequest,
  SpokenWordsRequest: content.SpokenWordsRequest,
  BulletinPreviewRequest: content.BulletinPreviewRequest,
  Pronunciations,
  LiveRequest: api.LiveRequest,
  VoiceHello: api.VoiceHello,
  VoiceTalk: api.VoiceTalk,
  RelayRequest: api.RelayRequest,
  RosterRequest: duty.RosterRequest,
  RosterWeekRequest: duty.RosterWeekRequest,
  FactorRequest: duty.FactorRequest,
  FactorConfirmRequest: duty.FactorConfirmRequest,
  ShiftRequest: duty.ShiftRequest,
  HandOverRequest: duty.HandOverRequest,
  ShiftEndRequest: duty.ShiftEndRequest,
  DutySettingsRequest: duty.DutySettingsRequest,
  AlertSource: alerts.AlertSource,
  AlertNotice: alerts.AlertNotice,
  AlertTakeRequest: alerts.AlertTakeRequest,
  AlertAsideRequest: alerts.AlertAsideRequest,
  MandateRequest: alerts.MandateRequest,
  MandateSignRequest: alerts.MandateSignRequest,
  AccountRequest: people.AccountRequest,
  AccountChangeRequest: people.AccountChangeRequest,
  InvitationLookRequest: people.InvitationLookRequest,
  IdentityRequest: people.IdentityRequest,
  InvitationRequest: people.InvitationRequest,
  OidcBeginRequest: people.OidcBeginRequest,
  PasswordChangeRequest: people.PasswordChangeRequest,
  RecoveryCodesRequest: people.RecoveryCodesRequest,
  TokenRequest: people.TokenRequest,
  SignInSettings: people.SignInSettings,
  SignInSettingsChange: people.SignInSettingsChange,
  Release: releases.Release,
  ReleaseOffer: releases.ReleaseOffer,
  ArchiveIndex: releases.ArchiveIndex,
  UpdateFact: releases.UpdateFact,
  ReleaseRequest: releaseApi.ReleaseRequest,
  RolloutRequest: releaseApi.RolloutRequest,
  RolloutAct: releaseApi.RolloutAct,
  RetentionSettings: retention.RetentionSettings,
  ReportMails,
  UnitChangeRequest: units.UnitChangeRequest,
  UnitCodes: units.UnitCodes,
  SourceItemRequest: sources.SourceItemRequest,
  SourceRevisionRequest: sources.SourceRevisionRequest,
  SourceStepRequest: sources.SourceStepRequest,
  ReadAloudRequest: sources.ReadAloudRequest,
  FolderRequest: library.FolderRequest,
  FolderChangeRequest: library.FolderChangeRequest,
  ShelfRequest: library.ShelfRequest,
  IssueRequest: issues.IssueRequest,
  IssueWithdrawRequest: issues.IssueWithdrawRequest,
  InboxTakeRequest: issues.InboxTakeRequest,
  InboxDeclineRequest: issues.InboxDeclineRequest,
  DirectiveRequest: directives.DirectiveRequest,
  DirectiveWithdrawRequest: directives.DirectiveWithdrawRequest,
  ExchangeLinkRequest: exchange.ExchangeLinkRequest,
  HeardDocument: exchange.HeardDocument,
  HeardRequest: exchange.HeardRequest,
  SupplyDocument: exchange.SupplyDocument,
  InboxCopyRequest: issues.InboxCopyRequest,
  DeliveryRequest: steering.DeliveryRequest,
  DeliveryCorrectionRequest: steering.DeliveryCorrectionRequest,
  DeliveryStrikeRequest: steering.DeliveryStrikeRequest,
  DelegationRequest: approvals.DelegationRequest,
  DelegationRevokeRequest: approvals.DelegationRevokeRequest,
  FillerRequest: approvals.FillerRequest,
  ApprovalLinkRequest: approvals.ApprovalLinkRequest,
  ApprovalLookRequest: approvals.ApprovalLookRequest,
  ApprovalDecideRequest: approvals.ApprovalDecideRequest,
  PhotoRequest: steering.PhotoRequest,
  HouseholdsRequest: steering.HouseholdsRequest,
  EquipmentRequest: register.EquipmentRequest,
  ImportPreviewRequest: register.ImportPreviewRequest,
  ImportRequest: register.ImportRequest,
  TicketRequest: tickets.TicketRequest,
  TicketAssignRequest: tickets.TicketAssignRequest,
  TicketNoteRequest: tickets.TicketNoteRequest,
  TicketPhotoRequest: tickets.TicketPhotoRequest,
  TicketCloseRequest: tickets.TicketCloseRequest,
  RatingRequest: evaluation.RatingRequest,
  PracticeRequest,
  TrainingRequest: training.TrainingRequest,
  TrainingResultRequest: training.TrainingResultRequest,
} as const satisfies Record<string, v.GenericSchema>;

export type WireName = keyof typeof wireShapes;

/** Identity of a shape in JSON Schema documents; a name, not a place to fetch from. */
export function schemaId(name: WireName): string {
  return `urn:loa:1:${name}`;
}

/**
 * The JSON Schema of what a sender may write. Rules that JSON Schema cannot say (whole numbers beyond 2^53, trimming)
 * are left out: it never refuses what the program would take.
 */
export function jsonSchemaOf(name: WireName): JsonSchema {
  const schema = toJsonSchema(wireShapes[name], { target: 'draft-2020-12', typeMode: 'input', errorMode: 'ignore' });
  return { ...schema, $id: schemaId(name), title: name };
}

/** All of them in one document, under `$defs`. */
export function jsonSchemas(): JsonSchema {
  const names = Object.keys(wireShapes) as WireName[];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:loa:1',
    $defs: Object.fromEntries(names.map((name) => [name, jsonSchemaOf(name)])),
  };
}
