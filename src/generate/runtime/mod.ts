/**
 * What generated API clients run on. Generated code imports it; people seldom need more of it than
 * `isAPIError()` and `serverURL()`:
 *
 * ```ts ignore
 * import { isAPIError } from "@codomyrmex/networking/generate/runtime";
 * import { getPetById, getPetByIdOperation } from "./api.ts";
 *
 * const pet = await getPetById(api, { petId: 7 }).catch((error) => {
 *   if (!isAPIError(error, getPetByIdOperation) || error.status !== 404) throw error;
 *   return undefined; // the description says what `error.body` is for each status
 * });
 * ```
 *
 * A call checks its arguments before it sends anything: a missing or an unknown one is a TypeError. Give
 * `headers: { accept: "text/csv" }` to ask for another media type than JSON; the answer is then decoded by its own
 * type. For a body whose media type is a range (`image/*`), a Blob keeps its type, and `contentType` names another.
 *
 * @module
 */

export { API, type APIDescription, type APIOptions, type Server, serverURL } from "./api.ts";
export { APIError, type ErrorOf, isAPIError } from "./api_error.ts";
export { APICall, call, type CallOptions, type StreamOptions } from "./call.ts";
export type {
  APIResult,
  FieldEncoding,
  HeaderKind,
  Operation,
  OperationSchemas,
  PageParamPlace,
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
