// The numbered steps from an empty file to today's tables, in order; forward only.
import { sql as first } from './0001-first.ts';
import { sql as live } from './0002-live.ts';
import { sql as duty } from './0003-duty.ts';
import { sql as alerts } from './0004-alerts.ts';
import { sql as ready } from './0005-ready.ts';
import { sql as standing } from './0006-standing.ts';
import { sql as showings } from './0007-showings.ts';
import { sql as units } from './0008-units.ts';
import { sql as people } from './0009-people.ts';
import { sql as calendar } from './0010-calendar.ts';
import { sql as faults } from './0011-faults.ts';
import { sql as sources } from './0012-sources.ts';
import { sql as sums } from './0013-sums.ts';
import { sql as once } from './0014-once.ts';
import { sql as federation } from './0015-federation.ts';
import { sql as steering } from './0016-steering.ts';
import { sql as register } from './0017-register.ts';
import { sql as exchange } from './0018-exchange.ts';
import { sql as directives } from './0019-directives.ts';
import { sql as identities } from './0020-identities.ts';
import { sql as foundByHash } from './0021-found-by-hash.ts';
import { sql as wants } from './0022-wants.ts';
import { sql as enrolment } from './0023-enrolment.ts';
import { sql as releases } from './0024-releases.ts';
import { sql as acceptances } from './0025-acceptances.ts';
import { sql as readings } from './0026-readings.ts';
import { sql as retirements } from './0027-retirements.ts';
import { sql as citizens } from './0028-citizens.ts';

export const migrations: readonly { readonly number: number; readonly sql: string }[] = [
  { number: 1, sql: first },
  { number: 2, sql: live },
  { number: 3, sql: duty },
  { number: 4, sql: alerts },
  { number: 5, sql: ready },
  { number: 6, sql: standing },
  { number: 7, sql: showings },
  { number: 8, sql: units },
  { number: 9, sql: people },
  { number: 10, sql: calendar },
  { number: 11, sql: faults },
  { number: 12, sql: sources },
  { number: 13, sql: sums },
  { number: 14, sql: once },
  { number: 15, sql: federation },
  { number: 16, sql: steering },
  { number: 17, sql: register },
  { number: 18, sql: exchange },
  { number: 19, sql: directives },
  { number: 20, sql: identities },
  { number: 21, sql: foundByHash },
  { number: 22, sql: wants },
  { number: 23, sql: enrolment },
  { number: 24, sql: releases },
  { number: 25, sql: acceptances },
  { number: 26, sql: readings },
  { number: 27, sql: retirements },
  { number: 28, sql: citizens },
];
