// The end of a connection whose client is gone, so that no error can be sent.

/** The client hung up, with or without a Terminate: nothing is sent, and it is no error. */
export class ClientGone extends Error {
  constructor(cause?: unknown) {
    super('client went away', cause === undefined ? undefined : { cause });
    this.name = 'ClientGone';
  }
}
