// Telemetry on Node with the real SDK of OpenTelemetry in memory: the attributes of spans and of the
// metric, the one traceparent, and nothing twice beside the instrumentation of undici. It runs in a folder
// where the package and the SDK are installed.

import assert from "node:assert/strict";
import { createServer } from "node:http";

/** Not literal: the packages are where the script is run, and nowhere else. */
const load = (name) => import(name);
const { context, metrics, propagation, SpanKind, SpanStatusCode, trace } = await load(
  "@opentelemetry/api",
);
const { AsyncLocalStorageContextManager } = await load("@opentelemetry/context-async-hooks");
const { W3CTraceContextPropagator } = await load("@opentelemetry/core");
const { registerInstrumentations } = await load("@opentelemetry/instrumentation");
const { UndiciInstrumentation } = await load("@opentelemetry/instrumentation-undici");
const {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} = await load("@opentelemetry/sdk-metrics");
const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = await load(
  "@opentelemetry/sdk-trace-base",
);
const { HTTPClient } = await load("@codomyrmex/networking");
const { otel } = await load("@codomyrmex/networking/telemetry");

const spans = new InMemorySpanExporter();
const points = new InMemoryMetricExporter(AggregationTemporality.DELTA);
const reader = new PeriodicExportingMetricReader({ exporter: points });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
);
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

let calls = 0;
const server = createServer((request, response) => {
  const status = request.url.startsWith("/busy") && ++calls === 1 ? 503 : 200;
  response.writeHead(request.url.startsWith("/none") ? 404 : status);
  // Every value of the field, if it was sent twice.
  response.end(
    JSON.stringify(
      request.rawHeaders.filter((_, index, all) =>
        index % 2 === 1 && all[index - 1].toLowerCase() === "traceparent"
      ),
    ),
  );
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address();
const origin = `http://127.0.0.1:${port}`;
const closed = createServer();
await new Promise((resolve) => closed.listen(0, "127.0.0.1", resolve));
const { port: closedPort } = closed.address();
await new Promise((resolve) => closed.close(resolve));

function makeClient() {
  return new HTTPClient({ retryBackoff: 0, use: otel() });
}

/** What was exported since the last time. */
function taken() {
  const list = spans.getFinishedSpans();
  spans.reset();
  return list.map(({ name, kind, attributes, status, events }) => ({
    name,
    kind,
    attributes,
    isError: status.code === SpanStatusCode.ERROR,
    events: events.map((event) => event.name),
  }));
}

const address = {
  "server.address": "127.0.0.1",
  "server.port": port,
  "http.request.method": "GET",
};
const CLIENT = { kind: SpanKind.CLIENT, events: [] };

{ // One CLIENT span for each request on the wire.
  const client = makeClient();
  const parents = (await client.get(`${origin}/a?token=t0psecret`, { urlTemplate: "/{a}" })).json();
  assert.equal(parents.length, 1);
  assert.match(parents[0], /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  await client.get(`${origin}/busy`);
  await client.get(`${origin}/none`);
  await assert.rejects(client.get(`http://127.0.0.1:${closedPort}/`, { maxRetries: 0 }));
  const url = (path) => ({ "url.full": origin + path });
  const status = (code) => ({ "http.response.status_code": code });
  assert.deepEqual(taken(), [
    {
      ...CLIENT,
      name: "GET /{a}",
      isError: false,
      attributes: {
        ...address,
        ...url("/a?token=[redacted]"),
        ...status(200),
        "url.template": "/{a}",
      },
    },
    {
      ...CLIENT,
      name: "GET",
      isError: true,
      attributes: { ...address, ...url("/busy"), ...status(503), "error.type": "503" },
    },
    {
      ...CLIENT,
      name: "GET",
      isError: false,
      events: ["retry"],
      attributes: {
        ...address,
        ...url("/busy"),
        ...status(200),
        "http.request.resend_count": 1,
      },
    },
    {
      ...CLIENT,
      name: "GET",
      isError: true,
      attributes: { ...address, ...url("/none"), ...status(404), "error.type": "404" },
    },
    {
      ...CLIENT,
      name: "GET",
      isError: true,
      attributes: {
        ...address,
        "server.port": closedPort,
        "url.full": `http://127.0.0.1:${closedPort}/`,
        "error.type": "connection_refused",
      },
    },
  ]);
  await client.close();
}

{ // The metric, in seconds, with the boundaries of the conventions.
  await reader.forceFlush();
  const all = points.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((scope) => scope.metrics);
  const [duration] = all.filter(({ descriptor }) =>
    descriptor.name === "http.client.request.duration"
  );
  assert.equal(duration.descriptor.unit, "s");
  assert.equal(duration.dataPoints.reduce((sum, { value }) => sum + value.count, 0), 5);
  assert.deepEqual(duration.dataPoints[0].value.buckets.boundaries, [
    ...[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  ]);
  assert.ok(!JSON.stringify(all).includes("url.full"));
}

{ // With undici instrumented: its span, ours for the operation above it, one traceparent.
  registerInstrumentations({ instrumentations: [new UndiciInstrumentation()] });
  const client = makeClient();
  const parents = (await client.get(`${origin}/b`)).json();
  assert.equal(parents.length, 1);
  assert.deepEqual(taken().map(({ name, kind }) => [name, kind]), [
    ["GET", SpanKind.CLIENT],
    ["GET", SpanKind.INTERNAL],
  ]);
  await client.close();
}

await reader.shutdown();
server.close();
console.log("telemetry: every check passed");
