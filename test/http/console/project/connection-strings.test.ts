import { describe, expect, it } from 'vitest';
import { type ConnectTarget, connectionStrings } from '../../../../src/http/console/project/connection-strings.ts';

const TARGET: ConnectTarget = {
  host: 'pg.example.com',
  port: 5432,
  database: 'shop',
  databaseRole: 'shop_owner',
  computeId: 'ep-cool-sky-abcd1234',
  password: null,
  projectName: 'Shop',
  certificate: 'public',
};

const NAMED = 'options=endpoint%3Dep-cool-sky-abcd1234';

const textFor = (client: string, changes: Partial<ConnectTarget> = {}) =>
  connectionStrings({ ...TARGET, ...changes }).find((each) => each.client === client)?.text;

describe('the connection string for', () => {
  it.each([
    [
      'psql',
      `psql "postgresql://shop_owner@pg.example.com:5432/shop?sslmode=require&${NAMED}&channel_binding=require"`,
    ],
    ['libpq URI', `postgresql://shop_owner:PASSWORD@pg.example.com:5432/shop?sslmode=require&${NAMED}`],
    ['JDBC', `jdbc:postgresql://pg.example.com:5432/shop?user=shop_owner&sslmode=require&${NAMED}`],
    [
      'DBeaver',
      'dbeaver -con "name=Shop|driver=postgresql|host=pg.example.com|port=5432|database=shop|user=shop_owner|prop.sslmode=require|prop.options=endpoint=ep-cool-sky-abcd1234"',
    ],
  ])('%s', (client, text) => {
    expect(textFor(client)).toBe(text);
  });

  it('pgAdmin is a file that it imports', () => {
    expect(JSON.parse(textFor('pgAdmin') ?? '')).toEqual({
      Servers: {
        1: {
          Name: 'Shop',
          Group: 'Servers',
          Host: 'pg.example.com',
          Port: 5432,
          MaintenanceDB: 'shop',
          Username: 'shop_owner',
          ConnectionParameters: { sslmode: 'require', options: 'endpoint=ep-cool-sky-abcd1234' },
        },
      },
    });
  });

  it('node-postgres is code whose names are quoted', () => {
    expect(textFor('node-postgres', { database: 'a"b' })).toContain('database: "a\\"b",');
  });

  it('node-postgres checks the certificate, a development machine’s by its own CA', () => {
    expect(textFor('node-postgres')).toContain('ssl: true,');
    expect(textFor('node-postgres', { certificate: 'development' })).toContain(
      "ssl: { ca: readFileSync('certs/ca.crt', 'utf8') },",
    );
  });
});

describe('a connection string', () => {
  it('holds the password once it is revealed, encoded', () => {
    expect(textFor('psql', { password: 'p@ss/word' })).toContain('shop_owner:p%40ss%2Fword@');
  });

  it('names the compute for every client, since a role’s name leads nowhere', () => {
    for (const { text } of connectionStrings(TARGET)) expect(text).toMatch(/endpoint(=|%3D)ep-cool-sky-abcd1234/);
  });

  it('asks for channel binding only where the client is psql', () => {
    // asyncpg and postgres.js refuse the word, and lib/pq sends it on as a setting.
    const binding = connectionStrings(TARGET).filter(({ text }) => text.includes('channel_binding'));
    expect(binding.map(({ client }) => client)).toEqual(['psql']);
  });

  it('cannot leave the shell’s quotes, whatever a project is called', () => {
    const command = textFor('DBeaver', { projectName: `x" $(id) 'y' |` });
    expect(command).toMatch(/^dbeaver -con 'name=x" \$\(id\) '\\''y'\\'' {2}\|driver=[^']*'$/);
  });
});
