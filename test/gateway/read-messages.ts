// Cuts the bytes that a client got into messages, independent of our own codec.

export interface ReceivedMessage {
  readonly type: string;
  readonly body: Buffer;
}

/** Whole messages at the front of the bytes; `rest` is what is left, the start of the next one. */
export function cutMessages(bytes: Buffer): { messages: ReceivedMessage[]; rest: Buffer } {
  const messages: ReceivedMessage[] = [];
  let offset = 0;
  while (bytes.length - offset >= 5) {
    const end = offset + 1 + bytes.readInt32BE(offset + 1);
    if (end > bytes.length) break;
    messages.push({ type: String.fromCharCode(bytes.readUInt8(offset)), body: bytes.subarray(offset + 5, end) });
    offset = end;
  }
  return { messages, rest: bytes.subarray(offset) };
}

/** The messages of a finished conversation; throws when bytes are left over. */
export function messagesOf(bytes: Buffer): ReceivedMessage[] {
  const { messages, rest } = cutMessages(bytes);
  if (rest.length > 0) throw new Error(`${rest.length} bytes after the last message`);
  return messages;
}

/** Types in order, as one word: `RSNE`. */
export function typesOf(messages: readonly ReceivedMessage[]): string {
  return messages.map((message) => message.type).join('');
}

/** The fields of an ErrorResponse or NoticeResponse by their letter. */
export function fieldsOf(message: ReceivedMessage | undefined): Record<string, string> {
  if (message === undefined) throw new Error('expected a message');
  const parts = message.body.toString('utf8').split('\0');
  return Object.fromEntries(parts.filter((part) => part !== '').map((part) => [part.slice(0, 1), part.slice(1)]));
}

/** The texts (M) of all NOTICEs, in order. */
export function noticesOf(messages: readonly ReceivedMessage[]): string[] {
  return messages.filter((message) => message.type === 'N').map((message) => fieldsOf(message).M ?? '');
}

/** ParameterStatus by name; of a repeated one the last. */
export function parametersOf(messages: readonly ReceivedMessage[]): Record<string, string> {
  const pairs = messages
    .filter((message) => message.type === 'S')
    .map((message) => message.body.toString().split('\0'));
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]));
}
