/**
 * A shared state in Redis 5 or later, with a client of the caller's choice.
 *
 * @module
 */

import type { OptionTable } from "../options/checks.ts";
import { someText } from "../options/some_text.ts";
import { readOptions } from "../options/read_options.ts";
import { acquireLease } from "./lease.ts";
import {
  expiryOf,
  type ExpiryOptions,
  keyParts,
  type Lease,
  type LeaseOptions,
  type SharedState,
  type StateEntry,
  type StateKey,
} from "./state.ts";

/**
 * The part of a Redis client that {@linkcode redisState} uses: `call()` of ioredis, `sendCommand()` of
 * node-redis, or `send()` of Bun.
 */
export type RedisClient =
  | { call(command: string, ...args: string[]): Promise<unknown> }
  | { sendCommand(args: string[]): Promise<unknown> }
  | { send(command: string, args: string[]): Promise<unknown> };

/** Options of {@linkcode redisState}. */
export interface RedisStateOptions {
  /**
   * The prefix of all key names.
   *
   * @default {"networking:"}
   */
  readonly prefix?: string;
}

const TABLE = { prefix: someText } satisfies OptionTable<RedisStateOptions>;

/**
 * Writes if the entry has the version ARGV[1]; "*" matches any version. ARGV[2] is the value; an empty one
 * removes the entry. ARGV[3] is the time to live in milliseconds; empty for none. Versions are times of the
 * server, and each is later than the previous one.
 */
const WRITE = `
local found = redis.call('HGET', KEYS[1], 'v')
if ARGV[1] ~= '*' and (found or '') ~= ARGV[1] then return '' end
local time = redis.call('TIME')
local version = string.format('%010d%06d', time[1], time[2])
if found and version <= found then version = string.format('%016.0f', tonumber(found) + 1) end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'v', version, 'd', ARGV[2])
  if ARGV[3] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
end
return version`;

/**
 * Returns a shared state in Redis. Expiry follows the clock of the server. Values are JSON.
 *
 * @param client A connected client.
 * @param options How keys are named.
 * @throws {TypeError} If the client or an option cannot be used.
 *
 * @example
 * ```ts ignore
 * import { redisState } from "@codomyrmex/networking/shared-state";
 * import { createClient } from "redis";
 *
 * const state = redisState(await createClient().connect());
 * const lease = await state.lease("nightly", { for: 60 });
 * await lease.release();
 * ```
 */
export function redisState(client: RedisClient, options?: RedisStateOptions): SharedState {
  const { prefix = "networking:" } = readOptions("make a shared state", options, TABLE);
  return new RedisState(sender(client), prefix);
}

type Send = (command: string, ...args: string[]) => Promise<unknown>;

function sender(client: RedisClient): Send {
  if (typeof client !== "object" || client === null) client = {} as RedisClient;
  // The sendCommand() of ioredis takes other arguments, so call() is checked first.
  if ("call" in client) {
    const { call } = client;
    return (command, ...args) => call.call(client, command, ...args);
  }
  if ("sendCommand" in client) {
    const { sendCommand } = client;
    return (...command) => sendCommand.call(client, command);
  }
  if ("send" in client) {
    const { send } = client;
    return (command, ...args) => send.call(client, command, args);
  }
  throw new TypeError(
    "Cannot make a shared state: the client must have call(), sendCommand() or send(), as ioredis, " +
      "node-redis and Bun's client have",
  );
}

class RedisState implements SharedState {
  readonly #send: Send;
  readonly #prefix: string;

  constructor(send: Send, prefix: string) {
    this.#send = send;
    this.#prefix = prefix;
  }

  async get(key: StateKey): Promise<StateEntry | undefined> {
    const found = await this.#send("HMGET", this.#name(key), "v", "d");
    const [version, data] = found as readonly [string | null, string | null];
    if (version === null || data === null) return undefined;
    return { value: JSON.parse(String(data)), version: String(version) };
  }

  async set(key: StateKey, value: unknown, options?: ExpiryOptions): Promise<void> {
    await this.#write(key, "*", value, options);
  }

  async compareAndSet(
    key: StateKey,
    version: string | undefined,
    value: unknown,
    options?: ExpiryOptions,
  ): Promise<string | undefined> {
    return await this.#write(key, version ?? "", value, options);
  }

  lease(key: StateKey, options: LeaseOptions): Promise<Lease> {
    return acquireLease(this, key, options);
  }

  async #write(
    key: StateKey,
    version: string,
    value: unknown,
    options: ExpiryOptions | undefined,
  ): Promise<string | undefined> {
    const expiresAt = expiryOf(options, 0);
    const data = value === undefined ? "" : JSON.stringify(value);
    if (data === undefined) throw new TypeError("Cannot share a value: JSON cannot represent it");
    const ttl = expiresAt === undefined ? "" : String(Math.max(1, Math.ceil(expiresAt)));
    const written = await this.#send("EVAL", WRITE, "1", this.#name(key), version, data, ttl);
    return String(written) || undefined;
  }

  #name(key: StateKey): string {
    return this.#prefix + JSON.stringify(keyParts(key));
  }
}
