/**
 * What generated API clients run on. Generated code imports it; people seldom need more of it than
 * `isApiError()` and `serverURL()`.
 *
 * @module
 */

export { Api, type ApiDescription, type ApiOptions, serverURL } from "./api.ts";
export { ApiError, type ErrorOf, isApiError } from "./api_error.ts";
export { ApiCall, call, type CallOptions, type StreamOptions } from "./call.ts";
export type {
  ApiResult,
  FieldEncoding,
  Operation,
  PageRule,
  Parameter,
  ParameterStyle,
  Status,
  Status2XX,
  Status3XX,
  Status4XX,
  Status5XX,
  StreamFormat,
  ValueFormat,
} from "./operation.ts";
export type { Credential, SecurityScheme, UserPassword } from "./security.ts";
export { items, stream } from "./stream.ts";
export type { EventMessage } from "../../sse/event_source_options.ts";
