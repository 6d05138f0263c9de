// The causes behind a failed dial, for the log and for the decision to try again. None of their
// texts reaches a client: the PosternError around them says less on purpose, so that an address
// cannot be used to explore a network.

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
