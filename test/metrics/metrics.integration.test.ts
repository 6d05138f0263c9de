import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { createMetricsServer } from '../../src/metrics/metrics-server.ts';
import { observeFleet } from '../../src/supervision.ts';
import { useTestCatalogue } from '../support/databases/catalogue-for-tests.ts';
import { startEmbeddedRedis } from '../support/databases/redis-for-tests.ts';
import { connectionRecord, recordingHandle, silentLog, startTestNode } from '../support/nodes/fleet-for-tests.ts';

const catalogueOf = useTestCatalogue();

const metrics = createMetrics();
afterAll(() => metrics.close());

const known = new Map(
  metrics.registry.getMetricsAsArray().flatMap((metric) => {
    const labels: string[] = Reflect.get(metric, 'labelNames') ?? [];
    const isHistogram = Reflect.has(metric, 'buckets');
    const names = isHistogram ? ['_bucket', '_sum', '_count'].map((part) => `${metric.name}${part}`) : [metric.name];
    return names.map((name): [string, string[]] => [name, labels]);
  }),
);
/** Labels that Prometheus adds itself. */
const ADDED_LABELS = ['instance', 'job', 'le'];

const readMonitoring = (file: string) =>
  readFileSync(new URL(`../../src/metrics/monitoring/${file}`, import.meta.url), 'utf8');

function metricsIn(expression: string): Array<{ name: string; labels: string[] }> {
  return [...expression.matchAll(/(postern_\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', selector = '']) => ({
    name,
    labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }));
}

const groupings = (expression: string) =>
  [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(',').map((l) => l.trim()));

function expectOnlyKnown(expressions: readonly string[]): void {
  expect(expressions.length).toBeGreaterThan(10);
  for (const expression of expressions) {
    const used = metricsIn(expression);
    expect(used.length, expression).toBeGreaterThan(0);
    const labels = used.flatMap(({ name, labels: selected }) => {
      expect([...known.keys()], expression).toContain(name);
      const allowed = [...(known.get(name) ?? []), ...ADDED_LABELS];
      expect(allowed, expression).toEqual(expect.arrayContaining(selected));
      return allowed;
    });
    expect(labels, expression).toEqual(expect.arrayContaining(groupings(expression)));
  }
}

describe('the metrics', () => {
  it('have names of the house style and a line of help', async () => {
    for (const { name, help } of await metrics.registry.getMetricsAsJSON()) {
      expect(name).toMatch(/^postern_[a-z_]+_(total|seconds|bytes|connections|events|nodes)$/);
      expect(help).toMatch(/\.$/);
    }
    expect(known.size).toBeGreaterThan(20);
  });

  it('tell how the process does', async () => {
    const text = await metrics.registry.metrics();
    expect(text).toMatch(/postern_event_loop_lag_seconds\{quantile="0\.99"\} [\d.e-]+/);
    expect(Number(/postern_resident_memory_bytes (\d+)/.exec(text)?.[1])).toBeGreaterThan(1_000_000);
    expect(Number(/postern_cpu_seconds_total ([\d.]+)/.exec(text)?.[1])).toBeGreaterThan(0);
  });

  it('of two processes in one are apart', async () => {
    const other = createMetrics();
    onTestFinished(() => other.close());
    other.accepted.inc();
    expect((await metrics.accepted.get()).values[0]?.value).toBe(0);
  });

  it('follow the fleet', async () => {
    await using redis = await startEmbeddedRedis();
    await using node = await startTestNode(redis.url, catalogueOf());
    await using _other = await startTestNode(redis.url, catalogueOf());
    observeFleet(node, metrics);
    node.liveConnections.register(connectionRecord(node.nodeId), recordingHandle());
    node.liveConnections.register(connectionRecord(node.nodeId, { phase: 'waiting' }), recordingHandle());
    await node.heartbeat.beat();
    const text = await metrics.registry.metrics();
    expect(text).toContain('\npostern_live_connections 1\n');
    expect(text).toContain('\npostern_waiting_connections 1\n');
    expect(text).toContain('\npostern_fleet_nodes 2\n');
  });
});

describe('the monitoring files', () => {
  it('the dashboard uses only metrics and labels that exist', () => {
    const dashboard = z
      .object({
        panels: z.array(
          z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) }).loose(),
        ),
      })
      .parse(JSON.parse(readMonitoring('postern-dashboard.json')));
    expectOnlyKnown(dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)));
    const titles = dashboard.panels.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('every metric is on the dashboard', () => {
    const text = readMonitoring('postern-dashboard.json');
    const missing = metrics.registry.getMetricsAsArray().filter(({ name }) => !text.includes(name));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('the alert rules use only metrics and labels that exist, and say what to do', () => {
    const { groups } = z
      .object({
        groups: z.array(
          z.object({
            rules: z.array(
              z.object({
                alert: z.string().regex(/^Postern[A-Z]\w+$/),
                expr: z.string(),
                for: z.string().optional(),
                labels: z.object({ severity: z.enum(['warning', 'critical']) }),
                annotations: z.object({ summary: z.string().endsWith('.'), description: z.string().endsWith('.') }),
              }),
            ),
          }),
        ),
      })
      .parse(parse(readMonitoring('postern-alerts.yml')));
    expectOnlyKnown(groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)));
  });
});

describe('the metrics server', () => {
  const listen = async () => {
    const server = createMetricsServer({ metrics, host: '127.0.0.1', port: 0, log: silentLog });
    const { port } = await server.listen();
    onTestFinished(() => server.close());
    return `http://127.0.0.1:${port}`;
  };

  it('serves the metrics as Prometheus reads them', async () => {
    const response = await fetch(`${await listen()}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    expect(await response.text()).toContain('# TYPE postern_live_connections gauge');
  });

  it('serves nothing else and takes nothing in', async () => {
    const origin = await listen();
    expect((await fetch(`${origin}/`)).status).toBe(404);
    const post = await fetch(`${origin}/metrics`, { method: 'POST', body: 'x' });
    expect(post.status).toBe(405);
    expect(post.headers.get('allow')).toBe('GET, HEAD');
    expect((await fetch(`${origin}/metrics?debug=1`, { method: 'HEAD' })).status).toBe(200);
  });

  it('refuses to start on a taken port', async () => {
    const { port } = new URL(await listen());
    const second = createMetricsServer({ metrics, host: '127.0.0.1', port: Number(port), log: silentLog });
    await expect(second.listen()).rejects.toThrow('EADDRINUSE');
    await second.close();
  });
});
