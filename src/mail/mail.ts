// A mail and the interface that sends it; outgoing-mail.ts and mailer.ts implement it.

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** Takes the mail and sends it in the background. What cannot be sent is logged and counted. */
  send(mail: Mail): void;
  /** Waits for what is on its way, for seconds at most; the rest is logged. */
  close(): Promise<void>;
}
