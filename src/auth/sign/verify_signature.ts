/**
 * Verifies signatures of RFC 9421 on requests and responses.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import {
  type BareItem,
  type InnerList,
  type Member,
  parseDictionary,
} from "../../formats/structured_fields.ts";
import { serializeItem } from "../../formats/structured_fields_writer.ts";
import { isRecord } from "../../options/checks.ts";
import { readOptions } from "../../options/read_options.ts";
import { describeURL } from "../../redact.ts";
import type { SharedState } from "../../shared_state/state.ts";
import { ComponentError, parseComponent, signatureBase } from "./components.ts";
import { digestFault } from "./content_digest.ts";
import { ReceivedMessage, SignatureFault, type SignedMessage } from "./signed_message.ts";
import { Key, type SignatureAlgorithm, type SignatureKey } from "./signing_key.ts";
import {
  type VerifiedSignature,
  VERIFY_CHECKS,
  type VerifySignatureOptions,
} from "./verify_options.ts";

/** The tolerated difference of the clocks. */
const LEEWAY_MS = 30_000;

const ACTION = "verify a signature";

/**
 * Verifies a signature of a request or a response (RFC 9421), and the digest of its content (RFC 9530) if
 * that is signed. Returns the key's identifier and the signed components. Only these components can be trusted.
 *
 * The key determines the algorithm, never the message. Without `label` and `tag` the message must have one
 * signature. If the digest of the content is signed, the content is read: take it from `body` of the result.
 *
 * @param message The message, with its body unread.
 * @param options The keys, and the components that must be signed.
 * @throws {NetworkingError} `signature_invalid` if the message has no valid signature.
 * @throws {TypeError} If an option is missing, unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { verifySignature } from "@codomyrmex/networking/auth/sign";
 * import { NetworkingError } from "@codomyrmex/networking";
 *
 * const request = new Request("https://api.example/orders");
 * const keys = { ada: new TextEncoder().encode("a secret of both sides") };
 * const error = await verifySignature(request, { keys }).catch((error) => error);
 * console.log(error instanceof NetworkingError && error.code); // signature_invalid
 * ```
 */
export async function verifySignature(
  message: SignedMessage,
  options: VerifySignatureOptions,
): Promise<VerifiedSignature> {
  const given = readOptions(ACTION, options, VERIFY_CHECKS);
  if (given.keys === undefined) throw new TypeError(`Cannot ${ACTION}: keys is missing; set it`);
  const received = new ReceivedMessage(message);
  const request = given.request && new ReceivedMessage(given.request);
  const { method, url } = { ...request?.facts, ...received.facts };
  try {
    return await verify(received, request, { ...given, keys: given.keys });
  } catch (cause) {
    if (!(cause instanceof SignatureFault || cause instanceof ComponentError)) throw cause;
    const what = received.isResponse ? "the response" : "the request";
    const where = url === undefined
      ? ""
      : ` ${received.isResponse ? "of" : "to"} ${describeURL(url)}`;
    throw new NetworkingError(
      "signature_invalid",
      `Cannot trust ${what}${where}: ${cause.message}`,
      { cause: cause.cause, ...(method && { method }), ...(url && { url }) },
    );
  }
}

type Given = ReturnType<typeof readOptions<typeof VERIFY_CHECKS>> & {
  readonly keys: VerifySignatureOptions["keys"];
};

async function verify(
  received: ReceivedMessage,
  request: ReceivedMessage | undefined,
  given: Given,
): Promise<VerifiedSignature> {
  const { keys, fieldTypes, maxSize = 1_048_576, now = Date.now } = given;
  const { label, covered, signature } = choose(received, given);
  const said = read(label, covered);
  const { keyId, components } = said;
  const required = given.required?.map((text) => serializeItem(parseComponent(text))) ??
    usualComponents(received);
  const missing = required.find((name) => !components.includes(display(name)));
  if (missing !== undefined) throw new SignatureFault(`its signature does not cover ${missing}`);
  checkTimes(said, now(), given.maxAge ?? 300_000);
  const key = await findKey(keys, said);
  if (key === undefined) throw new SignatureFault(`its key ${JSON.stringify(keyId)} is not known`);
  const algorithm = covered.params.get("alg");
  if (algorithm !== undefined && algorithm !== key.algorithm) {
    throw new SignatureFault(
      `its signature says ${algorithm}, and the key is for ${key.algorithm}`,
    );
  }
  const base = signatureBase(received.message(request, fieldTypes), covered);
  if (!await key.verify(base, signature)) {
    throw new SignatureFault("its signature does not match the key and the signed components");
  }
  let body: Uint8Array<ArrayBuffer> | undefined;
  if (components.includes("content-digest")) {
    body = await received.bytes(maxSize);
    const fault = await digestFault(received.field("content-digest")!, body);
    if (fault !== undefined) throw new SignatureFault(fault);
  }
  if (given.seen !== undefined) await useOnce(given.seen, said, given.maxAge ?? 300_000);
  return { ...said, algorithm: key.algorithm, ...(body && { body }) };
}

interface Chosen {
  readonly label: string;
  readonly covered: InnerList;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** Returns the one signature that matches `label` and `tag`. */
function choose(received: ReceivedMessage, { label, tag }: Given): Chosen {
  const field = received.field("signature-input");
  if (field === undefined) throw new SignatureFault("it has no signature");
  const inputs = parseDictionary(field);
  const signatures = parseDictionary(received.field("signature") ?? "");
  if (inputs === undefined || signatures === undefined) {
    throw new SignatureFault("its signature-input or signature is malformed");
  }
  const found = [...inputs].filter(([name, member]) =>
    (label === undefined || name === label) &&
    (tag === undefined || member.params.get("tag") === tag)
  );
  const asked = [
    ...label === undefined ? [] : [`named ${label}`],
    ...tag === undefined ? [] : [`for ${tag}`],
  ].join(" ");
  const [first, second] = found;
  if (first === undefined) throw new SignatureFault(`it has no signature ${asked}`.trimEnd());
  if (second !== undefined) {
    throw new SignatureFault(`it has ${found.length} signatures; set label or tag`);
  }
  const [name, covered] = first;
  const signature = valueOf(signatures.get(name));
  if (!("items" in covered) || !(signature instanceof Uint8Array)) {
    throw new SignatureFault(`its signature ${name} is malformed`);
  }
  return { label: name, covered, signature: new Uint8Array(signature) };
}

function valueOf(member: Member | undefined): BareItem | undefined {
  return member !== undefined && "value" in member ? member.value : undefined;
}

type Said = Omit<VerifiedSignature, "algorithm" | "body">;

function read(label: string, { items, params }: InnerList): Said {
  const text = (name: string) => {
    const value = params.get(name);
    if (value === undefined || typeof value === "string") return value;
    throw new SignatureFault(`its parameter ${name} is not a string`);
  };
  const time = (name: string) => {
    const value = params.get(name);
    if (value === undefined) return undefined;
    if (typeof value === "number" && Math.abs(value) <= 8.64e12) return new Date(value * 1000);
    throw new SignatureFault(`its parameter ${name} is not a time`);
  };
  const [created, expires] = [time("created"), time("expires")];
  const [nonce, tag] = [text("nonce"), text("tag")];
  return {
    label,
    keyId: text("keyid") ?? "",
    components: items.map((item) => display(serializeItem(item))),
    ...(created && { created }),
    ...(expires && { expires }),
    ...(nonce !== undefined && { nonce }),
    ...(tag !== undefined && { tag }),
  };
}

/** Returns a component in the form of the options: without quotes if it has no parameters. */
function display(serialized: string): string {
  return /^"[^"]*"$/.test(serialized) ? serialized.slice(1, -1) : serialized;
}

function usualComponents(received: ReceivedMessage): string[] {
  const content = received.hasBody ? ['"content-digest"'] : [];
  return received.isResponse
    ? ['"@status"', ...content]
    : ['"@method"', '"@target-uri"', ...content];
}

function checkTimes({ created, expires }: Said, now: number, maxAgeMs: number): void {
  if (created === undefined && maxAgeMs !== Infinity) {
    throw new SignatureFault("its signature does not say when it was made");
  }
  if (created !== undefined && created.getTime() > now + LEEWAY_MS) {
    throw new SignatureFault(
      "its signature was made in the future; check the clocks of both sides",
    );
  }
  if (created !== undefined && now > created.getTime() + maxAgeMs) {
    throw new SignatureFault(`its signature is older than maxAge, ${maxAgeMs / 1000} seconds`);
  }
  if (expires !== undefined && now > expires.getTime()) {
    throw new SignatureFault("its signature has expired");
  }
}

/** Imported keys, so that each is imported once. */
const IMPORTED = new WeakMap<object, Key>();

async function findKey(keys: Given["keys"], said: Said): Promise<Key | undefined> {
  const given = typeof keys === "function"
    ? await keys(said.keyId, said)
    : Object.hasOwn(keys, said.keyId)
    ? keys[said.keyId]
    : undefined;
  if (given === undefined) return undefined;
  const isNamed = isRecord(given) && "key" in given && "algorithm" in given;
  const { key, algorithm } = isNamed
    ? given as { readonly key: SignatureKey; readonly algorithm: SignatureAlgorithm }
    : { key: given as SignatureKey, algorithm: undefined };
  const known = typeof given === "string" ? undefined : IMPORTED.get(given);
  if (known !== undefined) return known;
  const made = new Key(key, "verify", algorithm);
  if (typeof given !== "string") IMPORTED.set(given, made);
  return made;
}

/** Accepts a nonce once. It is remembered for longer than its signature is valid. */
async function useOnce(seen: SharedState, said: Said, maxAgeMs: number): Promise<void> {
  const { keyId, nonce, created, expires } = said;
  if (nonce === undefined) throw new SignatureFault("its signature has no nonce");
  const ends = [
    ...maxAgeMs === Infinity ? [] : [(created?.getTime() ?? 0) + maxAgeMs],
    ...expires === undefined ? [] : [expires.getTime()],
  ];
  if (ends.length === 0) {
    throw new SignatureFault(
      "its signature never expires, so no store can remember it; set maxAge",
    );
  }
  const from = created?.getTime() ?? 0;
  const milliseconds = Math.max(0, Math.min(...ends) - from) + 2 * LEEWAY_MS;
  const expireIn = { milliseconds: Math.min(milliseconds, 2 ** 31 - 1) };
  const version = await seen.compareAndSet(["http-signature", keyId, nonce], undefined, 1, {
    expireIn,
  });
  if (version === undefined) throw new SignatureFault("its signature was used before");
}
