import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { RequestsUnderWay } from '../../../src/http/app/one-request-at-a-time.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

async function connectTo(answer: RequestListener) {
  const server = createServer(new RequestsUnderWay().oneAtATime(answer)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  return socket.on('error', () => {});
}

// Each request of a packet was begun at once, and what it opened stayed open when the client left:
// three connections took all file descriptors of a node.
it('of the requests in one packet one is begun, and its connection ends', async () => {
  let begun = 0;
  let told = 0;
  const socket = await connectTo((_request, response) => {
    begun += 1;
    response.once('close', () => {
      told += 1;
    });
  });
  socket.write(REQUEST.repeat(1_500));
  await once(socket, 'close');
  expect([begun, told]).toEqual([1, 1]);
});

it('a connection carries one request after the other', async () => {
  const socket = await connectTo((_request, response) => void response.end('here'));
  for (let index = 0; index < 50; index++) {
    socket.write(REQUEST);
    const [data] = await once(socket, 'data');
    expect(String(data)).toMatch(/here$/);
  }
});
