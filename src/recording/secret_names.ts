/**
 * Decides by name which members of a body are secret. The library's general rules are for queries and
 * header fields; in bodies some names have another meaning.
 *
 * @module
 */

import { isSecretName } from "../redact.ts";

/** Words that only begin like the name of a secret. */
const HARMLESS_PART = /author(?:s|ity|ities)?(?!iz|is|ised)(?=$|[^a-z])/gi;
/** Names of facts about a secret: its type, address, lifetime or count. */
const ABOUT_A_SECRET =
  /(?:[_-]|(?<=[a-z\d])(?=[A-Z]))(?:names?|types?|endpoints?|ur[il]s?|supported|methods?|at|in|on|expir\w{0,8}|ttl|count|limit|length|size|algorithm|alg|formats?|status|required|enabled|used|policy|lifetime)$/i;
/** In a body these can be states of an order, keys of an object in a bucket or codes of errors. */
const AMBIGUOUS = /^(?:key|code|state|sign|appid|ticket|session|pass|crumb|nonce)$/i;
/** Names of secret numbers; other numbers with a secret name are counts. */
const SECRET_NUMBER =
  /(?:^|[_-]|(?<=[a-z])(?=[A-Z]))(?:pin|[ht]?otp|passcode|password|passwd|pwd|cvv|cvc|[2mt]fa)$|[_-]?code$/i;

/** Whether any value of a member with this name is a secret; all texts below it are secret too. */
export function isSecretMember(name: string): boolean {
  const bare = name.replace(HARMLESS_PART, "");
  return !AMBIGUOUS.test(name) && !ABOUT_A_SECRET.test(name) && isSecretName(bare);
}

/** Whether a text under this name is a secret. */
export function isSecretText(name: string, value: string): boolean {
  if (isSecretMember(name)) return true;
  return AMBIGUOUS.test(name) && looksRandom(value);
}

/** Whether a number under this name is a secret. */
export function isSecretNumber(name: string): boolean {
  return SECRET_NUMBER.test(name) && isSecretMember(name);
}

/** Whether a value is a long sequence of letters and digits without spaces. */
export function looksRandom(value: string): boolean {
  return /^(?=.*\d)(?=.*[a-z])[\w~+/=.-]{16,}$/i.test(value);
}

/** Words that are never secret, even in the place of a secret. */
const COMMON_WORD =
  /^(?:true|false|null|none|undefined|bearer|basic|digest|negotiate|token|https?|json|text|html|gzip|close|default|public|private|enabled|disabled|[a-z]{1,5}|\d{1,5})$/i;

/** Whether a value that is secret in one place is replaced everywhere. */
export function isDistinct(value: string): boolean {
  return value.length >= 4 && !COMMON_WORD.test(value);
}

/** Whether a name is that of a password; its value is searched for even if it is a common word. */
export function isPasswordName(name: string): boolean {
  return /pass(?:word|wd|phrase|code)|pwd/i.test(name);
}

/** Whether a value in the place of a password is not a password. */
export function isNoPassword(value: string): boolean {
  return /^(?:true|false|null|none|undefined|password)$/i.test(value);
}
