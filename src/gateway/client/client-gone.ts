// The end of a connection that nobody can be told of.

/** The client hung up, with or without a Terminate message: nothing is sent, and nothing is an error. */
export class ClientGone extends Error {
  constructor(cause?: unknown) {
    super('client went away', cause === undefined ? undefined : { cause });
    this.name = 'ClientGone';
  }
}
