// Loa's wire on Debian's RabbitMQ by the configuration that `loa-broker configure rabbitmq` writes, by static lists.
import { missingRabbitmq, startRabbitmq } from './outer-rabbitmq.ts';
import { outerSuite } from './outer-suite.ts';

outerSuite({
  name: 'rabbitmq, by static lists',
  missing: missingRabbitmq,
  retainedOnWildcards: false,
  clientIdsAreOwn: false,
  oversize: 'dropped',
  start: () => startRabbitmq(false),
});
