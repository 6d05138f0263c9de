// Reads the first change of a publication with node-postgres, as its replication packages do.

import { once } from 'node:events';
import pg from 'pg';

const ssl = { rejectUnauthorized: false };
const START = `START_REPLICATION SLOT with_node LOGICAL 0/0 ("proto_version" '1', "publication_names" 'conformance')`;

const client = new pg.Client({ ssl, replication: 'database' });
client.on('error', () => {});
await client.connect();
await client.query('CREATE_REPLICATION_SLOT with_node TEMPORARY LOGICAL pgoutput');
const streamed = new Promise((resolve) => {
  client.connection.on('copyData', ({ chunk }) => {
    // The first byte is the kind; 24 more bytes precede a change.
    if (String.fromCharCode(chunk[0]) === 'w') resolve(String.fromCharCode(chunk[25]));
  });
});
const started = once(client.connection, 'replicationStart');
// It ends with the connection.
client.query(START).catch(() => {});
await started;
const writer = new pg.Client({ ssl });
await writer.connect();
await writer.query('insert into streamed values (1)');
await writer.end();
const change = await streamed;
client.connection.stream.destroy();

const standby = new pg.Client({ ssl, replication: 'true' });
await standby.connect();
const { fields } = await standby.query('IDENTIFY_SYSTEM');
await standby.end();
process.stdout.write(JSON.stringify({ streamed: change, physical: fields.length }));
