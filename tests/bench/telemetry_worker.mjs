// One contender of telemetry.ts, in a process of its own, on Node: what is instrumented stays so. Prints
// how many GETs of small JSON it made in a second, for each line that comes in.

import { createInterface } from "node:readline";

/** Not literal: the packages are where the script is run, and nowhere else. */
const load = (name) => import(name);
const { context, metrics, propagation, trace } = await load("@opentelemetry/api");
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
const { BasicTracerProvider, BatchSpanProcessor } = await load("@opentelemetry/sdk-trace-base");
const { HTTPClient } = await load("@codomyrmex/networking");
const { otel } = await load("@codomyrmex/networking/telemetry");

const [client, instrumented, sdk, url] = process.argv.slice(2);
if (sdk === "sdk") {
  const exporter = { export: (_, done) => done({ code: 0 }), shutdown: async () => {} };
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.DELTA),
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const processors = [new BatchSpanProcessor(exporter, { maxQueueSize: 100_000 })];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: processors }));
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
}
if (instrumented === "undici") {
  registerInstrumentations({ instrumentations: [new UndiciInstrumentation()] });
}
const own = new HTTPClient({ use: instrumented === "otel" ? otel() : {} });
const get = client === "fetch"
  ? async () => await (await fetch(url)).json()
  : async () => (await own.get(url)).json();

async function count(ms) {
  let done = 0;
  const until = performance.now() + ms;
  const work = async () => {
    while (performance.now() < until) {
      await get();
      done++;
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  return done / (ms / 1000);
}

await count(500);
console.log("ready");
for await (const _ of createInterface({ input: process.stdin })) {
  console.log(await count(1000));
}
process.exit(0);
