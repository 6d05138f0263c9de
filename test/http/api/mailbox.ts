// A mail server that keeps what it gets: enough of SMTP for one client that behaves.

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

interface Letter {
  readonly from: string;
  readonly to: string;
  /** Headers and text, decoded. */
  readonly text: string;
}

export interface Mailbox {
  /** For POSTERN_SMTP_URL. */
  readonly url: string;
  readonly letters: readonly Letter[];
  close(): Promise<void>;
}

export async function startMailbox(): Promise<Mailbox> {
  const letters: Letter[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    void converse(socket, letters).finally(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the mailbox has no port');
  return {
    url: `smtp://127.0.0.1:${address.port}?ignoreTLS=true`,
    letters,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

// RFC 5321, section 4.1
async function converse(socket: Socket, letters: Letter[]): Promise<void> {
  const say = (line: string) => socket.write(`${line}\r\n`);
  const letter = { from: '', to: '', lines: [] as string[] };
  let isData = false;
  say('220 mailbox');
  for await (const line of createInterface({ input: socket })) {
    if (isData) {
      if (line !== '.') letter.lines.push(line);
      else {
        letters.push({ from: letter.from, to: letter.to, text: decoded(letter.lines) });
        isData = false;
        say('250 kept');
      }
      continue;
    }
    const verb = line.slice(0, 4).toUpperCase();
    // RFC 4954: any name and password will do.
    if (verb === 'EHLO') socket.write('250-mailbox\r\n250 AUTH PLAIN\r\n');
    if (verb === 'AUTH') say('235 welcome');
    if (verb === 'EHLO' || verb === 'AUTH') continue;
    const mailbox = /<([^>]*)>/.exec(line)?.[1] ?? '';
    if (verb === 'MAIL') letter.from = mailbox;
    if (verb === 'RCPT') letter.to = mailbox;
    if (verb === 'DATA') isData = true;
    say(verb === 'DATA' ? '354 go on' : verb === 'QUIT' ? '221 bye' : '250 ok');
  }
}

// RFC 2045, section 6.7: quoted-printable, whose soft breaks cut links
function decoded(lines: readonly string[]): string {
  const text = lines.join('\n').replaceAll('=\n', '');
  return text.replaceAll(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
