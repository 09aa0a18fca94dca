// deno-fmt-ignore-file
// Generated from Pets 1. Do not edit: generate it again.

import { API, type APICall, type APIOptions, type APIResult, call, type CallOptions, type EventMessage, items, type Operation, serverURL, stream, type StreamOptions } from "@codomyrmex/networking/generate/runtime";

/** The servers; `serverURL()` fills in their variables. */
export const servers: readonly [
  { readonly url: "https://pets.example/v1" },
] = [
  { url: "https://pets.example/v1" },
];

/** Creates the API client, with credentials by security scheme. */
export function createAPI(options: APIOptions<"token"> = {}): API {
  return new API({ server: serverURL(servers[0]), servers, security: { token: { type: "http", scheme: "bearer" } } }, options);
}

/** The arguments of `listPets()`. */
export interface ListPetsArgs {
  tag?: string[];
}

/** The possible results of `listPets()`. */
export type ListPetsResult =
  | APIResult<200, Pet[], { readonly link?: string }>;

/** The operation of `listPets()`. */
export const listPetsOperation: Operation<Pet[], ListPetsResult> = { id: "listPets", method: "GET", path: "/pets", parameters: [{ name: "tag", in: "query" }], responses: { "200": ["application/json"] }, headers: { "200": { link: "string" } }, security: [["token"]], pages: { next: { by: "link" } } };

/** GET /pets */
export function listPets(api: API, args: ListPetsArgs = {}, options?: CallOptions<Pet[]>): APICall<Pet[], ListPetsResult> {
  return call(api, listPetsOperation, args, options);
}

/** Yields the items of all pages of `listPets()`. */
export function listPetsItems(api: API, args: ListPetsArgs = {}, options?: StreamOptions): AsyncGenerator<Pet, void, undefined> {
  return items(api, listPetsOperation, args, options);
}

/** The arguments of `addPet()`. */
export interface AddPetArgs {
  body: Pet;
}

/** The possible results of `addPet()`. */
export type AddPetResult =
  | APIResult<204, undefined>;

/** The operation of `addPet()`. */
export const addPetOperation: Operation<undefined, AddPetResult> = { id: "addPet", method: "POST", path: "/pets", body: { "application/json": {} }, bodyRequired: true, responses: { "204": [] }, security: [["token"]] };

/** POST /pets */
export function addPet(api: API, args: AddPetArgs, options?: CallOptions<undefined>): APICall<undefined, AddPetResult> {
  return call(api, addPetOperation, args, options);
}

/** The arguments of `getPet()`. */
export interface GetPetArgs {
  petId: number;
}

/** The possible results of `getPet()`. */
export type GetPetResult =
  | APIResult<200, Pet>
  | APIResult<404, Problem>;

/** The operation of `getPet()`. */
export const getPetOperation: Operation<Pet, GetPetResult> = { id: "getPet", method: "GET", path: "/pets/{petId}", parameters: [{ name: "petId", in: "path" }], responses: { "200": ["application/json"], "404": ["application/problem+json"] }, security: [["token"]] };

/** GET /pets/{petId} */
export function getPet(api: API, args: GetPetArgs, options?: CallOptions<Pet>): APICall<Pet, GetPetResult> {
  return call(api, getPetOperation, args, options);
}

/** The possible results of `watchPets()`. */
export type WatchPetsResult =
  | APIResult<200, undefined>;

/** The operation of `watchPets()`. */
export const watchPetsOperation: Operation<unknown, WatchPetsResult> = { id: "watchPets", method: "GET", path: "/news", responses: { "200": ["text/event-stream"] }, stream: { type: "text/event-stream", json: true, end: "[DONE]" } };

/** GET /news */
export function watchPets(api: API, options?: StreamOptions): AsyncGenerator<EventMessage<Pet>, void, undefined> {
  return stream(api, watchPetsOperation, {}, options);
}

/** The functions by path and method. */
export const operations: {
  readonly "/pets": { readonly get: typeof listPets; readonly post: typeof addPet };
  readonly "/pets/{petId}": { readonly get: typeof getPet };
  readonly "/news": { readonly get: typeof watchPets };
} = {
  "/pets": { get: listPets, post: addPet },
  "/pets/{petId}": { get: getPet },
  "/news": { get: watchPets },
};

/** The functions by tag and name. */
export const operationsByTag: {
  readonly pets: { readonly listPets: typeof listPets; readonly addPet: typeof addPet; readonly getPet: typeof getPet };
  readonly news: { readonly watchPets: typeof watchPets };
} = {
  pets: { listPets: listPets, addPet: addPet, getPet: getPet },
  news: { watchPets: watchPets },
};

export interface Pet {
  /** @example "Rex" */
  name: string;
}

export interface Problem {
  /** @example "No such pet" */
  title: string;
}
