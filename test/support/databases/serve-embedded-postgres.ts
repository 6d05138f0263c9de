// Runs nothing but the embedded Postgres, for tests that kill the process or run it as another
// account. Arguments: the data folder. Prints the superuser's URL when ready; closes in order on
// SIGTERM.

import { startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../../../src/log.ts';

const [dataDir = ''] = process.argv.slice(2);
const postgres = await startEmbeddedPostgres({ dataDir, log: createLog('warn'), settings: { fsync: 'off' } });
process.once('SIGTERM', () => void postgres.close());
process.once('SIGUSR2', () => process.exit(3));
console.log(postgres.adminUrl.reveal());
