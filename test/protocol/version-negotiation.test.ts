import { describe, expect, it } from 'vitest';
import { negotiateVersion } from '../../src/protocol/startup-packet.ts';

const OPTION = '_pq_.test_protocol_negotiation';

describe('the version that is agreed on', () => {
  it.each([
    { minor: 0, protocolOptions: [], agreedMinor: 0, reply: null },
    { minor: 1, protocolOptions: [], agreedMinor: 0, reply: null },
    { minor: 2, protocolOptions: [], agreedMinor: 2, reply: null },
    { minor: 3, protocolOptions: [], agreedMinor: 2, reply: { newestMinor: 2, unknownOptions: [] } },
    { minor: 9_999, protocolOptions: [OPTION], agreedMinor: 2, reply: { newestMinor: 2, unknownOptions: [OPTION] } },
    { minor: 2, protocolOptions: [OPTION], agreedMinor: 2, reply: { newestMinor: 2, unknownOptions: [OPTION] } },
    { minor: 0, protocolOptions: [OPTION], agreedMinor: 0, reply: { newestMinor: 0, unknownOptions: [OPTION] } },
  ])('asked for 3.$minor with options $protocolOptions, it is 3.$agreedMinor', ({ agreedMinor, reply, ...asked }) => {
    const startup = {
      protocolVersion: { major: 3, minor: asked.minor },
      user: 'bob',
      database: 'bob',
      parameters: new Map<string, string>(),
      protocolOptions: asked.protocolOptions,
    };
    expect(negotiateVersion(startup)).toEqual({ agreedMinor, reply });
  });
});
