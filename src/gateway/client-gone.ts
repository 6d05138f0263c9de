// The end of a connection that nobody can be told of.

/** The client hung up; `terminated` when it said so with a Terminate message. Nothing is sent, nothing is an error. */
export class ClientGone extends Error {
  constructor(cause?: unknown) {
    super('client went away', cause === undefined ? undefined : { cause });
    this.name = 'ClientGone';
  }
}
