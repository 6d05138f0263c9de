// `postern connect` gives this terminal a key and has its person approve it once; `postern
// disconnect` takes all of that back. Both need nothing of an installation but its address.

import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { LOGIN_ERRORS } from '../../error-table/login-errors.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { type ConnectOptions, type Terminal, targetOf } from './connect-target.ts';
import { askGateway, type GatewayAnswer, UntrustedGateway } from './gateway-connection.ts';
import { ensureOwnKey, type OwnKey, readOwnKey, removeOwnKey } from './own-key.ts';
import {
  asBytes,
  findService,
  readServiceFile,
  type ServiceSettings,
  withoutService,
  withService,
  writeServiceFile,
} from './service-file.ts';
import { systemAuthorities, terminalFiles } from './terminal-files.ts';

const SERVICE = 'postern';

export function addConnectCommands(program: Command, io: CommandIo): void {
  program
    .command('connect [project]')
    .description('give this terminal a key of its own, and have it approved once')
    .option('--host <name>', 'of the gateway (PGHOST)')
    .option('--port <number>', 'of the gateway (PGPORT)')
    .option('--user <name>', 'the user that psql says it is')
    .option('--service <name>', 'the name after psql service=', SERVICE)
    .option('--sslrootcert <file>', 'authorities that vouch for the gateway, instead of those of the machine')
    .option('--sslmode <mode>', 'verify-full, or require, which does not check who answers')
    .action((project: string | undefined, options: ConnectOptions) => connect(io, project ?? null, options));
  program
    .command('disconnect')
    .description('have the key of this terminal forgotten, and remove what connect made')
    .option('--service <name>', 'the name given to connect', SERVICE)
    .option('--local', 'only remove the files, where the gateway is gone')
    .action((options: { service: string; local?: boolean }) => disconnect(io, options));
}

async function connect(io: CommandIo, project: string | null, options: ConnectOptions): Promise<void> {
  const { folder, servicePath } = terminalFiles(io.environment);
  const text = await readServiceFile(servicePath);
  const { service } = options;
  if (findService(text, service)?.isOurs === false) {
    throw new Error(
      `${servicePath} has a section [${service}] that is not of postern connect: name another by --service`,
    );
  }
  const terminal = targetOf({ environment: io.environment, options, project });
  const key = await ensureOwnKey(folder);
  io.stderr.write(`Key ${key.fingerprint}\n`);
  const place = await enrol(io, terminal, key);
  const settings = { ...settingsOf(terminal, key), ...place };
  await writeServiceFile(servicePath, withService(text, service, mapValues(settings, asBytes)));
  io.stderr.write('This terminal is connected. From now on:\n');
  io.stdout.write(`psql service=${service}\n`);
}

/** Resolves to how libpq is to check the gateway. */
async function enrol(io: CommandIo, terminal: Terminal, key: OwnKey): Promise<ServiceSettings> {
  const verified = { sslmode: 'verify-full', sslrootcert: terminal.sslrootcert ?? 'system' };
  try {
    await logIn(io, terminal, key);
  } catch (error) {
    if (!(error instanceof UntrustedGateway)) throw error;
    if (!error.isLoopback || terminal.sslrootcert !== null) throw untrusted(terminal, error);
    // Nobody is between a machine and itself.
    io.stderr.write('The gateway is on this machine, so its certificate is not checked.\n');
    await logIn(io, { ...terminal, sslmode: 'require' }, key);
    return { sslmode: 'require' };
  }
  if (terminal.sslmode === 'require') return { sslmode: 'require' };
  if (terminal.sslrootcert !== null) return verified;
  return { ...verified, sslrootcert: await systemAuthorities(io.environment) };
}

function untrusted({ host }: Terminal, cause: UntrustedGateway): Error {
  return new Error(
    `the certificate of ${host} cannot be verified (${cause.message}). Give the file of its authority by --sslrootcert, ` +
      'or --sslmode require to connect to anyone who answers there',
  );
}

async function logIn(io: CommandIo, terminal: Terminal, key: OwnKey): Promise<void> {
  const first = await ask(io, terminal, key);
  const isCodeDue = first.kind === 'refused' && first.message === LOGIN_ERRORS.code_required.message;
  const answer = isCodeDue ? await ask(io, terminal, key) : first;
  if (answer.kind === 'let_in') return;
  throw new Error(answer.hint === null ? answer.message : `${answer.message}\n${answer.hint}`);
}

async function ask(io: CommandIo, terminal: Terminal & { options?: string }, key: OwnKey): Promise<GatewayAnswer> {
  const caPem = terminal.sslrootcert === null ? null : await readFile(terminal.sslrootcert, 'utf8');
  return await askGateway(
    { ...terminal, caPem },
    {
      user: terminal.user,
      database: terminal.database,
      options: terminal.options ?? null,
      key,
      onNotice: (text) => void io.stderr.write(`${text}\n`),
      askForCode: () => askForCode(io),
    },
  );
}

async function askForCode({ stdin: input, stderr: output }: CommandIo): Promise<string> {
  const lines = createInterface({ input, output });
  try {
    return (await lines.question('Digits that the page shows: ')).replace(/\s+/g, '');
  } finally {
    lines.close();
  }
}

function settingsOf({ host, port, user, database }: Terminal, { certPath, keyPath }: OwnKey): ServiceSettings {
  return {
    ...{ host, port: String(port), user, sslcert: certPath, sslkey: keyPath },
    ...(database === null ? {} : { dbname: database }),
  };
}

async function disconnect(io: CommandIo, { service, local }: { service: string; local?: boolean }): Promise<void> {
  const { folder, servicePath } = terminalFiles(io.environment);
  const text = await readServiceFile(servicePath);
  const found = findService(text, service);
  if (found?.isOurs !== true) throw new Error(`${servicePath} has no section [${service}] of postern connect`);
  const settings = mapValues(found.settings, (value) => Buffer.from(value, 'latin1').toString('utf8'));
  const { sslcert: certPath = '', sslkey: keyPath = '' } = settings;
  const key = await readOwnKey({ certPath, keyPath });
  if (key !== null && local !== true) await forget(io, settings, key);
  const rest = withoutService(text, service);
  await writeServiceFile(servicePath, rest);
  // Another service may go on with it.
  if (key !== null && !rest.includes(asBytes(keyPath))) await removeOwnKey(folder, key);
  io.stderr.write(local === true ? 'Removed here; the gateway still knows the key.\n' : 'Disconnected.\n');
}

async function forget(io: CommandIo, settings: ServiceSettings, key: OwnKey): Promise<void> {
  const { host = '', port = '', user = '', sslmode, sslrootcert = 'system' } = settings;
  const file = sslrootcert === 'system' || sslmode === 'require' ? null : sslrootcert;
  const mode = sslmode === 'require' ? 'require' : 'verify-full';
  const terminal = { host, port: Number(port), user, sslmode: mode, sslrootcert: file, database: null } as const;
  const answer = await ask(io, { ...terminal, options: 'door=forget-key' }, key);
  if (answer.kind === 'refused' && answer.message === LOGIN_ERRORS.key_forgotten.message) return;
  const said = answer.kind === 'refused' ? answer.message : 'it let the terminal in';
  throw new Error(`the gateway did not forget the key: ${said}. Retry, or remove the files alone by --local`);
}

function mapValues(settings: ServiceSettings, change: (value: string) => string): ServiceSettings {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, change(value)]));
}
