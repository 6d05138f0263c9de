import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createUser } from '../../../src/catalogue/accounts/users.ts';
import { type AuditContext, SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { PosternError } from '../../../src/errors.ts';
import { type AccountId, personalAccountId } from '../../../src/ids.ts';
import { typedMessage } from '../../../src/protocol/message-builder.ts';
import { Secret } from '../../../src/secret.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { createTestDatabase, postgresUrl, runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { type ProvisioningForTests, uniqueName, useTestProvisioning } from '../provisioning-for-tests.ts';

const PASSWORD = 'sesame/open?yes';
const useParts = useTestProvisioning();

describe('attaching a Postgres', () => {
  it('finds version and databases, and keeps the password sealed', async () => {
    const parts = useParts();
    const role = await addLogin();
    await using database = await createTestDatabase();
    const made = await attach(parts, urlFor(role, { database: database.name }));
    expect(made.project).toMatchObject({ pgVersion: 18, creationSource: 'attached' });
    expect(made.databases[0]?.name).toBe(database.name);
    expect(made.databases.map(({ name }) => name)).toContain('postgres');
    expect(made.compute).toMatchObject({ state: 'active', hostId: null, isListed: true });
    const rows = await parts.catalogue.db.selectFrom('database_roles').selectAll().where('name', '=', role).execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(PASSWORD);
  });

  it('adds a read-only role when its URL is given, and a further compute', async () => {
    const parts = useParts();
    const [role, reader] = [await addLogin(), await addLogin()];
    const made = await attach(parts, urlFor(role), { readOnlyUrl: new Secret(urlFor(reader)) });
    expect(made.roles.map(({ name, isReadOnly }) => [name, isReadOnly])).toEqual([
      [role, false],
      [reader, true],
    ]);
    const replica = { ...input(urlFor(role)), projectId: made.project.id, type: 'read_only', name: 'replica' } as const;
    expect(await parts.provisioning.addCompute(SYSTEM_CONTEXT, replica)).toMatchObject({ type: 'read_only' });
  });

  it.each([
    [
      'a wrong password',
      async () => urlFor(await addLogin(), { password: 'wrong/secret' }),
      /refused the login .*28P01/,
    ],
    ['an unknown database', async () => urlFor(await addLogin(), { database: 'no_such' }), /refused the login .*3D000/],
    ['nobody there', async () => urlOn(await closedPort()), /could not be reached/],
    [
      'no Postgres there',
      async () => urlOn(portOf(await answering('HTTP/1.1 400 Bad Request\r\n\r\n'))),
      /no Postgres/,
    ],
    [
      'TLS asked for and not offered',
      async () => urlFor(await addLogin(), { sslmode: 'verify-full' }),
      /offers no TLS/,
    ],
  ])('to %s is refused with its own sentence and without the password', async (_what, url, sentence) => {
    const parts = useParts();
    const refused = await attach(parts, await url()).catch((error: PosternError) => error);
    expect(refused).toMatchObject({
      code: 'attach_refused',
      httpStatus: 422,
      message: expect.stringMatching(sentence),
    });
    expect(inspect(refused, { depth: 10 })).not.toMatch(/sesame|wrong\/secret|wrong%2F/);
  });

  it('without a password to a server that asks for one says so', async () => {
    const url = new URL(urlFor(await addLogin()));
    url.password = '';
    await expect(attach(useParts(), url.href)).rejects.toMatchObject({ message: expect.stringContaining('has none') });
  });

  it('offers only the databases that its address serves', async () => {
    const [role, closed] = [await addLogin(), uniqueName('closed')];
    await runAsSuperuser(`CREATE DATABASE ${closed} CONNECTION LIMIT 0`);
    onTestFinished(() => runAsSuperuser(`DROP DATABASE ${closed}`));
    const made = await attach(useParts(), urlFor(role));
    const names = made.databases.map(({ name }) => name);
    expect(names).toContain('postgres');
    expect(names).not.toContain(closed);
  });

  it('is not stopped by a database whose name nobody can read', async () => {
    const [role, plain] = [await addLogin(), uniqueName('odd')];
    await runAsSuperuser(
      `CREATE DATABASE ${plain} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'`,
    );
    const { oid } = (await queryRows(postgresUrl(), `SELECT oid FROM pg_database WHERE datname = '${plain}'`))[0] ?? {};
    await using bytes = await createAsciiDatabase();
    const rename = (to: string) =>
      runAsSuperuser(
        `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RENAME TO %I',
           (SELECT datname FROM pg_database WHERE oid = ${oid}), ${to}); END $$`,
        bytes.url,
      );
    await rename(`convert_from('\\x${Buffer.from(plain).toString('hex')}e9ff'::bytea, 'SQL_ASCII')`);
    try {
      const made = await attach(useParts(), urlFor(role));
      expect(made.databases.map(({ name }) => name)).toContain('postgres');
      expect(made.databases.filter(({ name }) => name.startsWith(plain))).toEqual([]);
    } finally {
      await rename(`'${plain}'`);
      await runAsSuperuser(`DROP DATABASE ${plain}`);
    }
  });

  it('says nothing that the far side wrote', async () => {
    const port = portOf(await answering(errorResponse({ S: 'FATAL', C: 'x<b>y', M: 'look at http://evil.example' })));
    const refused = await attach(useParts(), urlOn(port)).catch((error: PosternError) => error);
    expect(refused).toMatchObject({ code: 'attach_refused', message: 'the server refused the login' });
  });

  it('never sends the password in clear text to a server that asks for it', async () => {
    const received: Buffer[] = [];
    // Message Formats: AuthenticationCleartextPassword
    const asksForPassword = Buffer.from('520000000800000003', 'hex');
    const port = portOf(await answering(asksForPassword, received));
    const refused = await attach(useParts(), urlOn(port)).catch((error: PosternError) => error);
    expect(refused).toMatchObject({ message: expect.stringContaining('authentication method that is not allowed') });
    expect(Buffer.concat(received).toString('latin1')).not.toContain(PASSWORD);
  });

  it('in a private network is for operators; others are told why not', async () => {
    const parts = useParts();
    const role = await addLogin();
    const context = await actingAs(parts.catalogue, parts.person);
    const refused = attach(parts, urlFor(role), { context });
    await expect(refused).rejects.toMatchObject({
      message: 'Postern may not connect to this address: port is not listed',
      hint: expect.stringContaining('POSTERN_UPSTREAM_PORTS'),
    });
    const made = await attach(parts, urlFor(role), await addOperator(parts));
    expect(made.compute.isListed).toBe(true);
  });

  it('to the account of somebody else dials nothing', async () => {
    const parts = useParts();
    const received: Buffer[] = [];
    const port = portOf(await answering('', received));
    const { context } = await addOperator(parts);
    await expect(attach(parts, urlOn(port), { context })).rejects.toMatchObject({ code: 'forbidden' });
    expect(received).toEqual([]);
  });
});

interface AttachOptions {
  readonly context?: AuditContext;
  readonly accountId?: AccountId;
  readonly readOnlyUrl?: Secret;
}

function attach({ provisioning, person }: ProvisioningForTests, url: string, options: AttachOptions = {}) {
  const { context = SYSTEM_CONTEXT, accountId = person.accountId, readOnlyUrl = null } = options;
  return provisioning.attachProject(context, { ...input(url), readOnlyUrl, accountId, name: 'attached' });
}

function input(url: string) {
  return { url: new Secret(url), ca: null, readOnlyUrl: null };
}

/** In such a database no bytes are invalid. */
async function createAsciiDatabase(): Promise<AsyncDisposable & { url: string }> {
  const name = uniqueName('ascii');
  await runAsSuperuser(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'`);
  const url = Object.assign(new URL(postgresUrl()), { pathname: `/${name}` }).href;
  return { url, [Symbol.asyncDispose]: () => runAsSuperuser(`DROP DATABASE ${name}`) };
}

async function addLogin(): Promise<string> {
  const role = uniqueName('attached');
  await runAsSuperuser(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`);
  onTestFinished(() => runAsSuperuser(`DROP ROLE ${role}`));
  return role;
}

function urlFor(
  role: string,
  { password = PASSWORD, database = 'postgres', sslmode = 'disable', port = new URL(postgresUrl()).port } = {},
): string {
  return `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}?sslmode=${sslmode}`;
}

function urlOn(port: number): string {
  return urlFor('somebody', { port: String(port) });
}

/** A far end that answers the first bytes with these. */
async function answering(answer: string | Buffer, received: Buffer[] = []): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.write(answer));
    socket.on('data', (chunk) => received.push(chunk));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}

async function closedPort(): Promise<number> {
  const server = await answering('');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}

/** Message Formats: ErrorResponse */
function errorResponse(fields: Readonly<Record<string, string>>): Buffer {
  const body = Object.entries(fields).map(([letter, text]) => `${letter}${text}\0`);
  return typedMessage('E', Buffer.from(`${body.join('')}\0`));
}

/** An operator with an account of their own. */
async function addOperator({
  catalogue,
}: ProvisioningForTests): Promise<{ context: AuditContext; accountId: AccountId }> {
  const email = `${uniqueName('operator')}@example.com`;
  const { id } = await createUser(catalogue, SYSTEM_CONTEXT, { email, name: 'Olga', password: null, isOperator: true });
  return { context: await actingAs(catalogue, { userId: id }), accountId: personalAccountId(id) };
}
