// The running centre as its pages and doors see it: every room, wired by main.
import type { AudioTools } from '../hardware/host/audio-tools.ts';
import type { Below } from '../schemas/introduction.ts';
import type { Family } from '../schemas/metrics-text.ts';
import type { Result } from '../schemas/problems.ts';
import type { Level } from '../schemas/programme.ts';
import type { ApprovalWatch } from './approval/approval-watch.ts';
import type { DelegationDesk } from './approval/delegation-desk.ts';
import type { LinkDesk } from './approval/link-desk.ts';
import type { AuditWatch } from './audit-watch.ts';
import type { LastBackup } from './backup/last-backup.ts';
import type { Blobs } from './blobs.ts';
import type { Citizens } from './citizens/make-citizens.ts';
import type { CommandDesk } from './command-desk.ts';
import type { DirectiveDesk } from './directives/directive-desk.ts';
import type { Dispatch } from './dispatch.ts';
import type { Duty } from './duty/make-duty.ts';
import type { CorrectionDesk } from './emergency/correction-desk.ts';
import type { Alerts } from './emergency/make-alerts.ts';
import type { OrderDesk } from './emergency/order-desk.ts';
import type { OrderWatch } from './emergency/order-watch.ts';
import type { ReadyDesk } from './emergency/ready-desk.ts';
import type { RequestDesk } from './emergency/request-desk.ts';
import type { TemplateDesk } from './emergency/template-desk.ts';
import type { ExchangeDesk } from './exchange/exchange-desk.ts';
import type { FaultDesk } from './fault-desk.ts';
import type { Federation } from './federation/federation.ts';
import type { Feed } from './feed.ts';
import type { CentreLink, Journal } from './link.ts';
import type { LiveDesk } from './live/live-desk.ts';
import type { ReportMailDesk } from './mail/report-mail-desk.ts';
import type { Ingest } from './media/make-ingest.ts';
import type { ResumableUploads } from './media/resumable.ts';
import type { Sanitiser } from './media/sanitiser.ts';
import type { WebSounds } from './media/web-sounds.ts';
import type { WorkLine } from './media/work-line.ts';
import type { People } from './people/make-people.ts';
import type { Authority } from './provision/authority.ts';
import type { ClaimPlace } from './provision/claims.ts';
import type { EnrolmentDesk } from './provision/enrolment-desk.ts';
import type { RetireDesk } from './provision/retire-desk.ts';
import type { Trust } from './provision/signing-keys.ts';
import type { RegisterDesk } from './register/register-desk.ts';
import type { Registry } from './registry.ts';
import type { RelayDesk } from './relay/relay-desk.ts';
import type { RolloutDesk } from './releases/rollout-desk.ts';
import type { RetentionDesk } from './retention-desk.ts';
import type { DeliveryDesk } from './sources/delivery-desk.ts';
import type { IssueDesk } from './sources/issue-desk.ts';
import type { Library } from './sources/library.ts';
import type { NoticeDesk } from './sources/notice-desk.ts';
import type { SourceDesk } from './sources/source-desk.ts';
import type { SteeringWatch } from './sources/steering-watch.ts';
import type { SpeechDesk } from './speech/speech-desk.ts';
import type { Store } from './store/store.ts';
import type { TicketDesk } from './ticket-desk.ts';
import type { TrainingDesk } from './training-desk.ts';
import type { UnitDesk } from './units/unit-desk.ts';

/** What a centre is; fixed when its data folder is made. */
export interface CentreCard {
  readonly id: string;
  readonly name: string;
  readonly level: Level;
  readonly area: string;
  readonly zone: string;
  readonly demo: boolean;
}

export interface Group {
  readonly id: string;
  readonly name: string;
}

export interface Centre {
  readonly card: CentreCard;
  /** Groups that exist now. */
  readonly groups: () => readonly Group[];
  readonly trust: Trust;
  readonly store: Store;
  readonly registry: Registry;
  readonly blobs: Blobs;
  readonly authority: Authority;
  readonly dispatch: Dispatch;
  readonly commands: CommandDesk;
  readonly templates: TemplateDesk;
  readonly orders: OrderDesk;
  readonly requests: RequestDesk;
  readonly corrections: CorrectionDesk;
  /** Orders that lie ready in boxes. */
  readonly ready: ReadyDesk;
  readonly duty: Duty;
  readonly people: People;
  readonly alerts: Alerts;
  readonly faults: FaultDesk;
  readonly watch: OrderWatch;
  readonly live: LiveDesk;
  readonly relays: RelayDesk;
  readonly link: CentreLink;
  readonly units: UnitDesk;
  readonly sources: SourceDesk;
  readonly issues: IssueDesk;
  readonly directives: DirectiveDesk;
  /** Lines to centres above and below. */
  readonly federation: Federation;
  readonly library: Library;
  readonly approvals: ApprovalWatch;
  readonly delegations: DelegationDesk;
  readonly approvalLinks: LinkDesk;
  readonly deliveries: DeliveryDesk;
  readonly notices: NoticeDesk;
  readonly steering: SteeringWatch;
  readonly exchange: ExchangeDesk;
  /** The last backup of its folder. */
  readonly lastBackup: () => Promise<LastBackup | null>;
  /** Where holes may be told, as its owner wrote it and as it may be given out. */
  readonly securityTxt: () => Promise<Result<string>>;
  readonly retention: RetentionDesk;
  readonly auditWatch: AuditWatch;
  /** Releases of the boxes' programs and their roll-outs. */
  readonly releases: RolloutDesk;
  readonly register: RegisterDesk;
  readonly tickets: TicketDesk;
  readonly training: TrainingDesk;
  /** What residents read, say and are told. */
  readonly citizens: Citizens;
  readonly feed: Feed;
  readonly tools: AudioTools;
  readonly journal: Journal;
  /** Where boxes find this centre; known once its doors are open. */
  readonly claimPlace: () => ClaimPlace;
  /** Packages that the installer may fetch. */
  readonly packagesDir: string;
  /** Who is a box of this centre. */
  readonly enrolment: EnrolmentDesk;
  readonly retirement: RetireDesk;
  /** Turn an uploaded file into content; one at a time. */
  readonly reportMails: ReportMailDesk;
  readonly ingest: Ingest;
  readonly work: WorkLine;
  readonly webSounds: WebSounds;
  readonly resumable: ResumableUploads;
  readonly speech: SpeechDesk;
  /** The broker lets boxes of these centres below read orders, from now on. */
  readonly admitBelow: (below: readonly Below[]) => Promise<void>;
  /** Figures of the broker inside, or of the line to one elsewhere. */
  readonly busFamilies: () => Family[];
  /** Other people's documents, made safe in a process of its own. */
  readonly sanitiser: Pick<Sanitiser, 'clean' | 'stop'>;
  readonly nowMs: () => number;
}
