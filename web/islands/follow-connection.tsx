// Follows a connection by server-sent events and draws each state that arrives, until the final one.

import { render } from 'preact';
import { ConnectionStatus, type StatusView } from '../components/connection-status.tsx';

const root = document.querySelector<HTMLElement>('[data-follow]');
if (root !== null) follow(root, root.dataset.follow ?? '');

function follow(root: HTMLElement, path: string): void {
  const events = new EventSource(path);
  events.addEventListener('status', (event: MessageEvent<string>) => {
    // Our own server's words in our own page's type.
    const view: StatusView = JSON.parse(event.data);
    render(<ConnectionStatus view={view} />, root);
    document.title = document.title.replace(/^.*(?= · )/, view.title);
    if (view.isFinal) events.close();
  });
}
