// The one error of the codec: a peer that breaks the protocol.

/** `not_postgres`: close without an answer; `malformed_message`: the connection cannot go on. */
export type ViolationKind = 'not_postgres' | 'invalid_startup' | 'user_missing' | 'malformed_message';

/** A malformed packet or message. The text is for the log and holds no byte that the peer sent. */
export class ProtocolViolation extends Error {
  readonly kind: ViolationKind;
  readonly sqlstate: string;

  constructor(kind: ViolationKind, logMessage: string) {
    super(logMessage);
    this.name = 'ProtocolViolation';
    this.kind = kind;
    this.sqlstate = kind === 'user_missing' ? '28000' : '08P01';
  }
}
