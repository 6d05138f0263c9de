import { describe, expect, it } from 'vitest';
import {
  applicationOf,
  namesDatabase,
  parameterHints,
  refuseReplication,
  refuseRoleParameters,
  replicationOf,
  upstreamParameters,
} from '../../../src/gateway/client/startup-parameters.ts';
import type { StartupMessage } from '../../../src/protocol/startup-packet.ts';

function startup(parameters: Readonly<Record<string, string>>): StartupMessage {
  return {
    protocolVersion: { major: 3, minor: 0 },
    user: 'alex',
    database: 'alex',
    parameters: new Map(Object.entries(parameters)),
    protocolOptions: [],
  };
}

const NOTHING = { applicationName: null, connectionCheckInterval: null };

describe('the parameters for the upstream', () => {
  it('are forwarded unchanged and in their order', () => {
    const sent = { client_encoding: 'LATIN1', DateStyle: 'ISO', TimeZone: 'UTC', search_path: 'a,b', jit: 'off' };
    expect([...upstreamParameters(startup(sent), NOTHING)]).toEqual(Object.entries(sent));
  });

  it('lose our own keys in options, and empty options altogether', () => {
    const mixed = startup({ options: 'project=blue -c search_path=a\\ b endpoint=ep-1' });
    expect(upstreamParameters(mixed, NOTHING).get('options')).toBe('-c search_path=a\\ b');
    expect(upstreamParameters(startup({ options: 'project=blue' }), NOTHING).has('options')).toBe(false);
  });

  it('carry the stamped application_name once, instead of the client’s', () => {
    const own = { ...NOTHING, applicationName: 'psql postern:c1 alex' };
    const stamped = upstreamParameters(startup({ Application_Name: 'psql', jit: 'off' }), own);
    expect([...stamped]).toEqual([
      ['jit', 'off'],
      ['application_name', 'psql postern:c1 alex'],
    ]);
    expect(upstreamParameters(startup({ application_name: 'app' }), NOTHING).get('application_name')).toBe('app');
  });

  it('set a connection check interval unless the client sends its own', () => {
    const own = { ...NOTHING, connectionCheckInterval: '10s' };
    const name = 'client_connection_check_interval';
    expect(upstreamParameters(startup({}), own).get(name)).toBe('10s');
    expect([...upstreamParameters(startup({ Client_Connection_Check_Interval: '1s' }), own)]).toEqual([
      ['Client_Connection_Check_Interval', '1s'],
    ]);
  });
});

describe('a startup packet', () => {
  it.each<Record<string, string>>([
    { role: 'admin' },
    { ROLE: 'admin' },
    { session_authorization: 'admin' },
    { options: '-c role=admin' },
    { options: '--session-authorization=admin' },
    { options: '-crole=admin' },
  ])('is refused when it changes the database role: %o', (parameters: Record<string, string>) => {
    expect(() => refuseRoleParameters(startup(parameters))).toThrow(expect.objectContaining({ code: 'role_is_fixed' }));
  });

  it('is accepted when it sets anything else', () => {
    expect(() => refuseRoleParameters(startup({ options: '-c search_path=role', jit: 'off' }))).not.toThrow();
  });

  it.each(['true', 'on', '1', 'database', 'yes'])(
    'that replicates (%s) needs a policy that allows it',
    (replication) => {
      const asked = startup({ replication });
      expect(() => refuseReplication(asked, { replication: false })).toThrow(
        expect.objectContaining({ code: 'replication_refused', sqlstate: '0A000' }),
      );
      expect(() => refuseReplication(asked, { replication: true })).not.toThrow();
    },
  );

  it.each(['false', 'off', 'no', '0', 'f'])('asks for no replication by %s', (replication) => {
    expect(() => refuseReplication(startup({ replication }), { replication: false })).not.toThrow();
  });

  it('names no database for physical replication, and one for logical', () => {
    const asked = (replication: string) => ({ ...startup({ replication }), database: 'replication' });
    expect([replicationOf(asked('true')), namesDatabase(asked('true'))]).toEqual(['server', false]);
    expect([replicationOf(asked('database')), namesDatabase(asked('database'))]).toEqual(['database', true]);
    expect([replicationOf(asked('off')), namesDatabase(asked('off'))]).toEqual(['none', true]);
  });

  it('names a project and a compute in options, also as drivers encode them', () => {
    expect(parameterHints(startup({ options: 'project%3Dblue-sky-1' }))).toEqual({
      project: 'blue-sky-1',
      endpoint: null,
    });
    expect(parameterHints(startup({ options: '-c endpoint=ep-1 -c jit=off' }))).toEqual({
      project: null,
      endpoint: 'ep-1',
    });
    expect(parameterHints(startup({}))).toEqual({ project: null, endpoint: null });
  });

  it('has no application when application_name is empty', () => {
    expect(applicationOf(startup({ application_name: '' }))).toBeNull();
    expect(applicationOf(startup({ application_name: 'psql' }))).toBe('psql');
  });
});
