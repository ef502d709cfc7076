// Loa's wire on Debian's RabbitMQ by the configuration that `loa-broker configure rabbitmq` writes, asking `loa-broker http-auth` for every right.
import { missingRabbitmq, startRabbitmq } from './outer-rabbitmq.ts';
import { outerSuite } from './outer-suite.ts';

outerSuite({
  name: 'rabbitmq, asking loa-broker http-auth',
  missing: missingRabbitmq,
  retainedOnWildcards: false,
  clientIdsAreOwn: true,
  oversize: 'dropped',
  start: () => startRabbitmq(true),
});
