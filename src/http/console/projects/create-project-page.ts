// New projects: on a server of this installation, or an existing Postgres that is attached.

import { z } from 'zod';
import { AttachProjectPage } from '../../../../web/pages/console/projects/attach-project-page.tsx';
import { NewProjectPage } from '../../../../web/pages/console/projects/new-project-page.tsx';
import {
  attachProject as attach,
  type CreationStep,
  createProject as create,
} from '../../../actions/projects/change-project.ts';
import { accountResource, requireMay } from '../../../catalogue/rights/permissions.ts';
import { Secret } from '../../../secret.ts';
import { type AccountCall, type Again, type ConsoleParts, goTo, parseForm } from '../shell/console-call.ts';
import { done } from '../shell/done-notices.ts';
import { belowTabView } from '../shell/open-console-view.ts';

const MAX_URL_CHARACTERS = 2_048;
const MAX_PEM_CHARACTERS = 16_384;

const optionalText = z
  .string()
  .trim()
  .max(256)
  .default('')
  .transform((text) => (text === '' ? undefined : text));
const ticked = z.literal('yes').optional();
const optionalUrl = z.string().trim().max(MAX_URL_CHARACTERS).default('');

const newProjectSchema = z.object({
  name: z.string().trim().max(256),
  server: z.string().regex(/^\d{2}@.{1,64}$/),
  database: optionalText,
  role: optionalText,
});

const attachSchema = z.object({
  name: z.string().trim().max(256),
  url: z.string().trim().max(MAX_URL_CHARACTERS),
  read_only_url: optionalUrl,
  ca: z.string().trim().max(MAX_PEM_CHARACTERS).default(''),
  allow_md5: ticked,
  allow_cleartext: ticked,
});

/** Without a host only the form for attaching is offered. */
export async function showNewProject(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, person, account, base } = call;
  requireMay(person, 'projects.create', accountResource(account.id));
  const servers = serverChoices(parts.provisioning.listRegions());
  if (servers.length === 0) return goTo(call, `${base}/projects/attach`);
  parts.renderer.send(request, response, NewProjectPage, {
    view: belowTabView(call, ['projects', 'New project'], again),
    base,
    servers,
    typed: again?.typed ?? {},
  });
}

export async function createProject(call: AccountCall): Promise<void> {
  const { parts, context, account, base } = call;
  const form = parseForm(call, newProjectSchema);
  const [version = '', regionId = ''] = form.server.split(/@(.*)/);
  const progress = creationProgress(call);
  const made = await create(parts, context, {
    accountId: account.id,
    name: form.name,
    pgVersion: Number(version),
    regionId,
    databaseName: form.database,
    roleName: form.role,
    ...(progress === null ? {} : { onStep: progress.begins }),
  }).catch((error: unknown) => {
    progress?.hasFailed();
    throw error;
  });
  const path = done(`${base}/projects/${made.project.id}`, 'project_created');
  if (progress === null) goTo(call, path);
  else progress.isMade(path);
}

export async function showAttach(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, person, account, base } = call;
  requireMay(person, 'projects.create', accountResource(account.id));
  parts.renderer.send(request, response, AttachProjectPage, {
    view: belowTabView(call, ['projects', 'Attach a database'], again),
    base,
    typed: again?.typed ?? {},
  });
}

export async function attachProject(call: AccountCall): Promise<void> {
  const { parts, context, account, base } = call;
  const form = parseForm(call, attachSchema);
  const { project } = await attach(parts, context, {
    accountId: account.id,
    name: form.name,
    url: new Secret(form.url),
    readOnlyUrl: form.read_only_url === '' ? null : new Secret(form.read_only_url),
    ca: form.ca === '' ? null : form.ca,
    allowMd5: form.allow_md5 === 'yes',
    allowCleartext: form.allow_cleartext === 'yes',
  });
  goTo(call, `${base}/projects/${project.id}`, 'project_attached');
}

function serverChoices(
  regions: ReturnType<ConsoleParts['provisioning']['listRegions']>,
): Array<{ value: string; label: string }> {
  return regions.flatMap(({ regionId, pgVersions }) =>
    pgVersions.map((version) => ({
      value: `${version}@${regionId}`,
      label: regions.length === 1 ? `Postgres ${version}` : `Postgres ${version}, ${regionId}`,
    })),
  );
}

const JSON_LINES = 'application/x-ndjson';

export interface CreationProgress {
  /** The first step opens the stream; an earlier refusal is answered as a page. */
  readonly begins: (step: CreationStep) => void;
  readonly isMade: (path: string) => void;
  /** Makes the browser send the form again without script, to show the reason. */
  readonly hasFailed: () => void;
}

export function creationProgress({ parts, request, response, sessionId }: AccountCall): CreationProgress | null {
  if (request.get('accept') !== JSON_LINES) return null;
  const line = (news: object) => void (response.destroyed || response.write(`${JSON.stringify(news)}\n`));
  const begin = () => {
    response.writeHead(200, { 'Content-Type': JSON_LINES, 'X-Accel-Buffering': 'no' });
    const session = parts.sessions.watch(sessionId);
    session.signal.addEventListener('abort', () => response.destroy(), { once: true });
    response.on('close', session.release);
  };
  return {
    begins: (step) => {
      if (!response.headersSent) begin();
      line({ step });
    },
    isMade: (path) => {
      line({ made: path });
      response.end();
    },
    hasFailed: () => {
      if (!response.headersSent) return;
      line({ failed: true });
      response.end();
    },
  };
}
