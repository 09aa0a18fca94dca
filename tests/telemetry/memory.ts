/**
 * Providers of OpenTelemetry that keep what they are told, until they are disposed.
 *
 * @module
 */

import {
  type Attributes,
  type Meter,
  metrics,
  type Span,
  type SpanOptions,
  trace,
  type Tracer,
} from "@opentelemetry/api";

/** A span that was made. */
export interface SeenSpan {
  name: string;
  kind: number | undefined;
  attributes: Attributes;
  events: unknown[];
  isError: boolean;
  isEnded: boolean;
  /** The span above it. */
  parent: string | undefined;
}

/** A point of a metric. */
export interface SeenPoint {
  readonly metric: string;
  readonly value: number;
  readonly attributes: Attributes;
}

/** Sets the global providers. */
export function inMemory(): Disposable & { spans: SeenSpan[]; points: SeenPoint[] } {
  const spans: SeenSpan[] = [];
  const points: SeenPoint[] = [];
  const tracer = {
    startSpan(name: string, { kind, attributes }: SpanOptions = {}, parent) {
      const seen: SeenSpan = {
        name,
        kind,
        attributes: { ...attributes },
        events: [],
        isError: false,
        isEnded: false,
        parent: parent && trace.getSpanContext(parent)?.spanId,
      };
      spans.push(seen);
      const span: Partial<Span> = {
        setAttribute(key, value) {
          seen.attributes[key] = value;
          return span as Span;
        },
        setAttributes(more) {
          Object.assign(seen.attributes, more);
          return span as Span;
        },
        addEvent(event, facts) {
          seen.events.push([event, facts]);
          return span as Span;
        },
        setStatus({ code }) {
          seen.isError = code === 2;
          return span as Span;
        },
        end: () => void (seen.isEnded = true),
        isRecording: () => true,
        spanContext: () => ({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 }),
      };
      return span as Span;
    },
  } as Tracer;
  const instrument = (metric: string) => {
    const add = (value: number, attributes: Attributes = {}) =>
      void points.push({ metric, value, attributes });
    return { add, record: add };
  };
  const meter = {
    createHistogram: instrument,
    createCounter: instrument,
    createUpDownCounter: instrument,
    createGauge: instrument,
  } as unknown as Meter;
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
  metrics.setGlobalMeterProvider({ getMeter: () => meter });
  return {
    spans,
    points,
    [Symbol.dispose]() {
      trace.disable();
      metrics.disable();
    },
  };
}
