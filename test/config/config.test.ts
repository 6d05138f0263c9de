import { describe, expect, it } from 'vitest';
import { loadConfig, type Machine } from '../../src/config/config.ts';
import { CONFIG_VARIABLES } from '../../src/config/config-variables.ts';
import { isInContainer } from '../../src/config/container.ts';
import { ConfigError, describeConfig, unknownVariables } from '../../src/config/read-environment.ts';

const KEY = Buffer.alloc(32, 1).toString('base64');

const OKTA = { POSTERN_OIDC_ISSUERS: 'okta', POSTERN_OIDC_OKTA_ISSUER: 'https://okta.example' };
const ONE = {
  POSTERN_OIDC_ISSUER: 'https://one.example',
  POSTERN_OIDC_CLIENT_ID: 'one',
  POSTERN_OIDC_DOMAINS: 'acme.example',
};

describe('the configuration', () => {
  it.each(Object.entries(CONFIG_VARIABLES))('reads the default of %s', (_name, variable) => {
    expect(variable.parse.safeParse(variable.default)).toMatchObject({ success: true });
  });

  it('is frozen through and through, and an empty variable counts as unset', () => {
    const config = loadConfig({ POSTERN_PG_PORT: '' });
    expect(config.pg).toMatchObject({ port: 5432, portMayDiffer: true });
    expect(Object.isFrozen(config.pg.certPaths)).toBe(true);
    expect(loadConfig({ POSTERN_PG_PORT: '5432' }).pg.portMayDiffer).toBe(false);
    const installed = loadConfig({ DATABASE_URL: 'postgres://postern@db.example.com/postern' });
    expect([installed.pg.portMayDiffer, installed.http.portMayDiffer]).toEqual([false, false]);
  });

  it.each([
    ['DATABASE_URL', 'mysql://app:hidden@db/x'],
    ['DATABASE_URL', 'postgres://app:hidden@db:99999/x'],
    ['DATABASE_URL', 'postgres://app:hidden@db:5432,/x'],
    ['REDIS_URL', 'http://hidden'],
    ['POSTERN_SMTP_URL', 'hidden'],
    ['POSTERN_PUBLIC_URL', 'http://postern.example.com'],
    ['POSTERN_PUBLIC_URL', 'https://postern.example.com/path'],
    ['POSTERN_PG_PORT', '65536'],
    ['POSTERN_METRICS_PORT', 'x'],
    ['POSTERN_SECRET_KEY', 'aGlkZGVu'],
    ['POSTERN_TLS', 'maybe'],
    ['POSTERN_PROXY_PROTOCOL_FROM', '10.0.0.0/99'],
    ['POSTERN_BRAND', 'Pöstern'],
    ['POSTERN_LOGIN_TTL', '1h'],
    ['POSTERN_LOGIN_TTL', 'soon'],
    ['POSTERN_DRAIN_REST', 'always'],
    ['POSTERN_STAMP_APPLICATION_NAME', 'true'],
    ['POSTERN_HOSTS', 'postgres://hidden@db/x'],
    ['POSTERN_HOSTS', '18=postgres://app:hidden@:5432/x'],
    ['POSTERN_HOSTS', '18=postgres://a/x,18=postgres://b/x'],
    ['POSTERN_UPSTREAM_PORTS', '5432,70000'],
    ['POSTERN_WORKERS', '0'],
    ['POSTERN_OIDC_ISSUER', 'ftp://login.example.com'],
  ])('refuses %s=%s by name, without repeating what it holds', (name, value) => {
    expect(() => loadConfig({ [name]: value })).toThrow(name);
    expect(() => loadConfig({ [name]: value })).not.toThrow(/hidden|aGlkZGVu/);
  });

  it('lets a terminal wait 15 minutes for others, and not only the 2 of its link', () => {
    expect(loadConfig({}).login).toMatchObject({ ttlMs: 120_000, askTtlMs: 900_000 });
  });

  it('takes a duration or `never` for the rest of a draining node', () => {
    expect(loadConfig({}).drain).toEqual({ limitMs: 300_000, restMs: 10_000 });
    expect(loadConfig({ DATABASE_URL: 'postgres://db/postern' }).drain.restMs).toBeNull();
    expect(loadConfig({ POSTERN_DRAIN_REST: '0s' }).drain.restMs).toBe(0);
    expect(loadConfig({ POSTERN_DRAIN_REST: 'never' }).drain.restMs).toBeNull();
  });

  it('names all problems at once, also what contradicts itself', () => {
    const environment = {
      POSTERN_WORKERS: 'many',
      POSTERN_TLS_CERT: 'a.pem,b.pem',
      POSTERN_TLS_KEY: 'a.key',
      POSTERN_OIDC_ISSUER: 'https://login.example.com',
      POSTERN_AUDIT_WEBHOOK_URL: 'https://audit.example.com',
    };
    const error = failureOf(() => loadConfig(environment));
    expect(error.problems.map((problem) => problem.split(':')[0])).toEqual([
      'POSTERN_WORKERS',
      'POSTERN_TLS_KEY',
      'POSTERN_AUDIT_WEBHOOK_SECRET',
      'POSTERN_OIDC_CLIENT_ID',
    ]);
  });

  it('takes one issuer by the short names and more by theirs', () => {
    const { issuers } = loadConfig({
      ...{ POSTERN_OIDC_ISSUER: 'https://one.example', POSTERN_OIDC_CLIENT_ID: 'a', POSTERN_CA_FILE: 'all.pem' },
      ...{
        POSTERN_OIDC_ISSUERS: 'Okta',
        POSTERN_OIDC_OKTA_ISSUER: 'https://okta.example',
        POSTERN_OIDC_OKTA_CLIENT_ID: 'b',
      },
      ...{ POSTERN_OIDC_OKTA_DOMAINS: '@ACME.example, bücher.example', POSTERN_OIDC_OKTA_CA_FILE: 'okta.pem' },
      ...{ POSTERN_OIDC_OKTA_PROXY: 'none', HTTPS_PROXY: 'proxy:3128' },
    });
    const [first, okta] = issuers;
    expect(issuers.map(({ key, name, issuer }) => [key, name, issuer])).toEqual([
      ['default', 'single sign-on', 'https://one.example'],
      ['okta', 'Okta', 'https://okta.example'],
    ]);
    expect([first?.foreignDomains, okta?.domains]).toEqual(Array(2).fill(['acme.example', 'xn--bcher-kva.example']));
    expect(okta?.outgoing.authorities.map(({ variable }) => variable)).toEqual([
      'POSTERN_CA_FILE',
      'POSTERN_OIDC_OKTA_CA_FILE',
    ]);
    expect([first?.outgoing.httpsProxy, okta?.outgoing.httpsProxy]).toEqual([expect.anything(), null]);
  });

  it.each<[string, Record<string, string>]>([
    ['POSTERN_OIDC_ISSUERS', { POSTERN_OIDC_ISSUERS: 'okta,OKTA' }],
    ['POSTERN_OIDC_ISSUERS', { POSTERN_OIDC_ISSUERS: 'my-okta' }],
    ['POSTERN_OIDC_OKTA_ISSUER', { POSTERN_OIDC_ISSUERS: 'okta' }],
    ['POSTERN_OIDC_OKTA_CLIENT_ID', OKTA],
    ['POSTERN_OIDC_OKTA_SCOPES', { ...OKTA, POSTERN_OIDC_OKTA_CLIENT_ID: 'x', POSTERN_OIDC_OKTA_SCOPES: 'email' }],
    [
      'POSTERN_OIDC_OKTA_ISSUER',
      { ...OKTA, ...ONE, POSTERN_OIDC_ISSUER: 'https://okta.example/', POSTERN_OIDC_OKTA_CLIENT_ID: 'x' },
    ],
    [
      'POSTERN_OIDC_OKTA_DOMAINS',
      { ...OKTA, ...ONE, POSTERN_OIDC_OKTA_DOMAINS: 'acme.example', POSTERN_OIDC_OKTA_CLIENT_ID: 'x' },
    ],
    ...[
      ...['https://login.microsoftonline.com/common/v2.0', 'https://login.microsoftonline.us/organizations/v2.0'],
      'https://login.microsoftonline.com/{tenantid}/v2.0',
    ].map((issuer): [string, Record<string, string>] => [
      'POSTERN_OIDC_ISSUER',
      { POSTERN_OIDC_ISSUER: issuer, POSTERN_OIDC_CLIENT_ID: 'x' },
    ]),
  ])('names the issuer and the field in %s (case %#)', (name, environment) => {
    const { problems } = failureOf(() => loadConfig(environment));
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([name]);
  });

  it('knows hosts by version and region, the first being the default', () => {
    const { hosts } = loadConfig({ POSTERN_HOSTS: '18=postgres://a:x@db1/postgres, 16@eu=postgresql://a:x@db2' });
    expect(hosts.map(({ id, pgVersion, regionId }) => [id, pgVersion, regionId])).toEqual([
      ['default-18', 18, 'default'],
      ['eu-16', 16, 'eu'],
    ]);
  });

  it('takes several sealing keys, current first', () => {
    expect(loadConfig({ POSTERN_SECRET_KEY: `${KEY}, ${KEY}` }).secretKeys).toHaveLength(2);
  });

  it('shows every secret masked, and where each value comes from', () => {
    const secrets = Object.entries(CONFIG_VARIABLES).filter(([, { kind }]) => kind === 'secret');
    const environment = Object.fromEntries(secrets.map(([name]) => [name, 'hidden']));
    const lines = describeConfig(environment);
    expect(JSON.stringify(lines)).not.toContain('hidden');
    expect(lines.filter(({ source }) => source === 'environment').map(({ name }) => name)).toEqual(
      secrets.map(([name]) => name),
    );
    expect(lines.find(({ name }) => name === 'POSTERN_PG_PORT')).toMatchObject({ value: '5432', source: 'default' });
  });

  it('warns of variables that are likely misspelt', () => {
    expect(unknownVariables({ POSTERN_BRAN: 'x', POSTERN_API_KEY: 'x', PATH: '/' })).toEqual(['POSTERN_BRAN']);
    const named = { ...OKTA, POSTERN_OIDC_OKTA_CLIENTID: 'x' };
    expect(unknownVariables(named)).toEqual(['POSTERN_OIDC_OKTA_CLIENTID']);
    expect(describeConfig(named).find(({ name }) => name === 'POSTERN_OIDC_OKTA_ISSUER')?.source).toBe('environment');
  });
});

function failureOf(work: () => unknown): ConfigError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('the configuration was taken');
}

describe('loopback', () => {
  const IN_CONTAINER = { runsIn: (): Machine => 'container' };
  const ON_MACHINE = { runsIn: (): Machine => 'machine' };

  it('is trusted by default where the machine has its socket, not in a container', () => {
    expect(loadConfig({}, ON_MACHINE).loopback).toBe('when_found');
    expect(loadConfig({}, IN_CONTAINER).loopback).toBe('anybodys');
    expect(loadConfig({ POSTERN_TRUST_LOOPBACK: 'yes' }, IN_CONTAINER).loopback).toBe('this_machine');
    expect(loadConfig({ POSTERN_TRUST_LOOPBACK: 'no' }, ON_MACHINE).loopback).toBe('anybodys');
  });

  it('is rated where it is not trusted, unless the operator lists it', () => {
    expect(loadConfig({}, ON_MACHINE).limits.unlimitedNetworks).toContain('127.0.0.0/8');
    expect(loadConfig({}, IN_CONTAINER).limits.unlimitedNetworks).toEqual([]);
    const listed = { POSTERN_UNLIMITED_NETWORKS: '127.0.0.0/8' };
    expect(loadConfig(listed, IN_CONTAINER).limits.unlimitedNetworks).toEqual(['127.0.0.0/8']);
  });

  it.each([
    ['Kubernetes', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }],
    ['podman and systemd-nspawn', { container: 'podman' }],
  ])('is in a container under %s', (_what, environment) => {
    expect(isInContainer(environment)).toBe(true);
  });
});
