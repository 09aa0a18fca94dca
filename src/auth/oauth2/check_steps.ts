/**
 * Checks the options of the methods of `oauth2()` that run outside of calls.
 *
 * @module
 */

import type { Transport } from "../../http/transport/transport.ts";
import { abortSignal, callable, type OptionTable, record, text } from "../../options/checks.ts";
import { readOptions } from "../../options/read_options.ts";
import { visible } from "./server/check_options.ts";
import type {
  AuthorizationRequest,
  DeviceOptions,
  ExchangeOptions,
  IntrospectOptions,
  SignInOptions,
} from "./sign_in.ts";

const SIGN_IN = {
  transport: callable<Transport>("a function like fetch"),
  signal: abortSignal,
} satisfies OptionTable<SignInOptions>;
const EXCHANGE = {
  ...SIGN_IN,
  request: (name: string, value: unknown): Pick<AuthorizationRequest, "state" | "codeVerifier"> => {
    const { state, codeVerifier } = record(name, value);
    text(`${name}.state`, state);
    text(`${name}.codeVerifier`, codeVerifier);
    return value as AuthorizationRequest;
  },
} satisfies OptionTable<ExchangeOptions>;

const DEVICE = {
  ...SIGN_IN,
  onCode: callable<NonNullable<DeviceOptions["onCode"]>>(),
} satisfies OptionTable<DeviceOptions>;
const INTROSPECT = { ...SIGN_IN, token: visible } satisfies OptionTable<IntrospectOptions>;

/** Reads and checks the options of a step. */
export const readStep = {
  signIn: (given?: SignInOptions): SignInOptions =>
    readOptions("make an authorization URL", given, SIGN_IN),
  exchange: (given?: ExchangeOptions): ExchangeOptions =>
    readOptions("exchange a callback", given, EXCHANGE),
  device: (given?: DeviceOptions): DeviceOptions =>
    readOptions("sign in on another device", given, DEVICE),
  revoke: (given?: SignInOptions): SignInOptions => readOptions("revoke tokens", given, SIGN_IN),
  introspect: (given?: IntrospectOptions): IntrospectOptions =>
    readOptions("introspect a token", given, INTROSPECT),
};
