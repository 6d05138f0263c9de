// The end of a peer's connection that came as an error of its socket: never a defect of ours.

/** `cause` is what the system or TLS said, such as ECONNRESET; for the log. */
export class PeerGone extends Error {
  constructor(cause: unknown) {
    super('the peer is gone', { cause });
    this.name = 'PeerGone';
  }
}
