/**
 * Which members of a body are secret by their name. The names of the library are made for queries and
 * header fields; in bodies some of them mean something else.
 *
 * @module
 */

import { isSecretName } from "../redact.ts";

/** Words that only begin like a secret. */
const HARMLESS_PART = /author(?:s|ity|ities)?(?!iz|is|ised)(?=$|[^a-z])/gi;
/** What a secret has besides its value: a type, an address, a lifetime, a count. */
const ABOUT_A_SECRET =
  /(?:[_-]|(?<=[a-z\d])(?=[A-Z]))(?:names?|types?|endpoints?|ur[il]s?|supported|methods?|at|in|on|expir\w{0,8}|ttl|count|limit|length|size|algorithm|alg|formats?|status|required|enabled|used|policy|lifetime)$/i;
/** In a body these are states of an order, keys of an object in a bucket and codes of errors. */
const AMBIGUOUS = /^(?:key|code|state|sign|appid|ticket|session|pass|crumb|nonce)$/i;
/** Numbers that are secret; others with such a name are counts. */
const SECRET_NUMBER =
  /(?:^|[_-]|(?<=[a-z])(?=[A-Z]))(?:pin|[ht]?otp|passcode|password|passwd|pwd|cvv|cvc|[2mt]fa)$|[_-]?code$/i;

/** Whether a member of this name holds a secret, whatever its value is: then all texts below it count. */
export function isSecretMember(name: string): boolean {
  const bare = name.replace(HARMLESS_PART, "");
  return !AMBIGUOUS.test(name) && !ABOUT_A_SECRET.test(name) && isSecretName(bare);
}

/** Whether this text is secret below this name. */
export function isSecretText(name: string, value: string): boolean {
  if (isSecretMember(name)) return true;
  return AMBIGUOUS.test(name) && looksRandom(value);
}

/** Whether this number is secret below this name. */
export function isSecretNumber(name: string): boolean {
  return SECRET_NUMBER.test(name) && isSecretMember(name);
}

/** Letters and digits without spaces, and many of them. */
export function looksRandom(value: string): boolean {
  return /^(?=.*\d)(?=.*[a-z])[\w~+/=.-]{16,}$/i.test(value);
}

/** Words that are secret nowhere, though they stand where secrets do. */
const COMMON_WORD =
  /^(?:true|false|null|none|undefined|bearer|basic|digest|negotiate|token|https?|json|text|html|gzip|close|default|public|private|enabled|disabled|[a-z]{1,5}|\d{1,5})$/i;

/** Whether a value that is secret in one place is replaced in all others too. */
export function isDistinct(value: string): boolean {
  return value.length >= 4 && !COMMON_WORD.test(value);
}

/** Whether a name is that of a password: its value is looked for even if it is a common word. */
export function isPasswordName(name: string): boolean {
  return /pass(?:word|wd|phrase|code)|pwd/i.test(name);
}

/** Words in the place of a password that are not a password. */
export function isNoPassword(value: string): boolean {
  return /^(?:true|false|null|none|undefined|password)$/i.test(value);
}
