// Why a dial failed, for the log only: by texts a client could explore a network.

import type { ReportFields } from '../../protocol/upstream-messages.ts';

/** `silent`: accepted and sent nothing, which a server that is just starting does not do. */
export type ConnectFailureReason =
  | 'forbidden_address'
  | 'unknown_name'
  | 'refused'
  | 'timed_out'
  | 'closed'
  | 'silent'
  | 'no_password';

export class ConnectFailure extends Error {
  readonly reason: ConnectFailureReason;

  constructor(reason: ConnectFailureReason, logMessage: string, cause?: unknown) {
    super(logMessage, cause === undefined ? undefined : { cause });
    this.name = 'ConnectFailure';
    this.reason = reason;
  }
}

/** `policy` tells which rule of ours forbids it, and nothing about the address. */
export class ForbiddenAddress extends ConnectFailure {
  readonly policy: string;

  constructor(policy: string, logMessage: string) {
    super('forbidden_address', logMessage);
    this.policy = policy;
  }
}

// PostgreSQL Error Codes: invalid_password
const INVALID_PASSWORD = '28P01';

export class UpstreamRefusal extends Error {
  /** By field letter, uncleaned: `encodeErrorOrNotice` cleans them. */
  readonly fields: ReportFields;
  readonly sqlstate: string;

  constructor(fields: ReportFields) {
    super('upstream refused the connection');
    this.name = 'UpstreamRefusal';
    this.fields = fields;
    this.sqlstate = fields.get('C') ?? 'XX000';
  }

  /** Our own password for the role; what the client proves fails as `password_failed`. */
  get isWrongPassword(): boolean {
    return this.sqlstate === INVALID_PASSWORD;
  }
}
