// One body for each chat. NOTE: values are names that others chose. Each format has a way to show a
// text without reading marks, links or mentions in it, and no value leaves by any other.

import { assertNever } from '../assert-never.ts';
import type { NotificationFormat } from '../catalogue/tables/notifications.ts';
import type { NotificationMessage } from './notification-message.ts';

const LINK_LABEL = 'Open in Postern';

/** What is posted as JSON. Plain JSON has the event itself beside the message. */
export function notificationBody(
  format: NotificationFormat,
  message: NotificationMessage,
  event: Readonly<Record<string, unknown>>,
): object {
  switch (format) {
    case 'slack':
      return slackBody(message);
    case 'teams':
      return teamsBody(message);
    case 'mattermost':
      return mattermostBody(message);
    case 'discord':
      return discordBody(message);
    case 'json':
      return { title: message.title, link: message.link, event };
    default:
      return assertNever(format);
  }
}

/** Slack, Block Kit: `plain_text` is shown as it is. The top-level text has our words only. */
function slackBody({ title, fields, link }: NotificationMessage): object {
  const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
  const sections = chunks(fields, 5).map((part) => ({
    type: 'section',
    fields: part.flatMap(({ label, value }) => [plain(label), plain(value)]),
  }));
  const button = { type: 'button', text: plain(LINK_LABEL), url: link };
  return {
    text: title,
    unfurl_links: false,
    blocks: [{ type: 'header', text: plain(title) }, ...sections, { type: 'actions', elements: [button] }],
  };
}

/** Microsoft Teams, Adaptive Card 1.4: a TextRun knows no Markdown, and mentions need entities. */
function teamsBody({ title, fields, link }: NotificationMessage): object {
  const run = (text: string, rest: object = {}) => ({ type: 'TextRun', text, ...rest });
  const lines = fields.map(({ label, value }) => ({
    type: 'RichTextBlock',
    inlines: [run(`${label}: `, { weight: 'Bolder' }), run(value)],
  }));
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [{ type: 'TextBlock', text: title, weight: 'Bolder', size: 'Medium', wrap: true }, ...lines],
    actions: [{ type: 'Action.OpenUrl', title: LINK_LABEL, url: link }],
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}

/** Mattermost: within code there are no mentions, links or marks. */
function mattermostBody({ title, fields, link }: NotificationMessage): object {
  return {
    text: `**${title}**`,
    attachments: [
      {
        fallback: title,
        fields: fields.map(({ label, value }) => ({ short: true, title: label, value: inCode(value) })),
        text: `[${LINK_LABEL}](${link})`,
      },
    ],
  };
}

/** Discord: likewise, and nobody is mentioned whatever it says. */
function discordBody({ title, fields, link }: NotificationMessage): object {
  return {
    content: '',
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title,
        url: link,
        fields: fields.map(({ label, value }) => ({ name: label, value: inCode(value), inline: true })),
      },
    ],
  };
}

/** A value cannot end the code that it stands in. */
function inCode(value: string): string {
  return `\`${value.replaceAll('`', '\u02cb')}\``;
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
