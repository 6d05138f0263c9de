// The nodes of the fleet, and draining one of them after a confirmation.

import { DrainPage } from '../../../web/pages/ops/drain-page.tsx';
import { NodesPage } from '../../../web/pages/ops/nodes-page.tsx';
import * as connections from '../../actions/connections/act-on-connections.ts';
import { INSTALLATION, requireMay } from '../../catalogue/rights/permissions.ts';
import { PosternError } from '../../errors.ts';
import type { FleetOutcome } from '../../fleet/live-connections.ts';
import type { NodeRecord } from '../../fleet/node-record.ts';
import { type Again, goTo, param, parseForm } from '../console/shell/console-call.ts';
import type { DoneCode } from '../console/shell/done-notices.ts';
import { reasonForm } from './act-on-connections.ts';
import { nodeRow } from './fleet-rows.ts';
import { type OperationsCall, operationsView } from './operations-scope.ts';

const NODES = { label: 'Nodes', href: '/ops/nodes' } as const;

export async function showNodes(call: OperationsCall): Promise<void> {
  const { parts, request, response, now } = call;
  const nodes = await parts.liveConnections.listNodes();
  parts.renderer.send(request, response, NodesPage, {
    view: operationsView(call, NODES),
    nodes: nodes.map(nodeRow),
    now: now.getTime(),
  });
}

export async function askDrain(call: OperationsCall, again?: Again): Promise<void> {
  const { parts, request, response } = call;
  requireMay(call.person, 'ops.drain_node', INSTALLATION);
  const node = await requireNode(call);
  const path = `/ops/nodes/${encodeURIComponent(node.nodeId)}/drain`;
  parts.renderer.send(request, response, DrainPage, {
    view: operationsView(call, { label: `Drain ${node.nodeId}`, href: path }, again),
    path,
    node: nodeRow(node),
    typedReason: again?.typed.reason ?? '',
  });
}

export async function drainNode(call: OperationsCall): Promise<void> {
  const { nodeId } = await requireNode(call);
  const { reason } = parseForm(call, reasonForm);
  const outcome = await connections.drainNode(call.parts, call.context, { nodeId, reason });
  goTo(call, NODES.href, CODES[outcome]);
}

const CODES: Readonly<Record<FleetOutcome, DoneCode>> = {
  done: 'node_drains',
  not_found: 'node_gone',
  no_answer: 'node_unanswered',
};

async function requireNode(call: OperationsCall): Promise<NodeRecord> {
  const nodes = await call.parts.liveConnections.listNodes();
  const node = nodes.find(({ nodeId }) => nodeId === param(call, 'nodeId'));
  if (node === undefined) throw new PosternError('not_found', { params: { thing: 'node' } });
  return node;
}
