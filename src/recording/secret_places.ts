/**
 * Finds secrets by the name of their place: a header field, a parameter, a cookie, a member of a body.
 *
 * @module
 */

import { fromBase64 } from "../formats/base64.ts";
import { isSecretParameter } from "../redact.ts";
import { isSecretHeader } from "../redact_headers.ts";
import { type Content, field, type Pairs, typeOf } from "./exchange.ts";
import { isJSONText, literalLike, replaceLiterals } from "./json_literals.ts";
import type { KnownSecrets } from "./known_secrets.ts";
import {
  isNoPassword,
  isPasswordName,
  isSecretMember,
  isSecretNumber,
  isSecretText,
  looksRandom,
} from "./secret_names.ts";

/** Header fields with a secret word in their name but no secret in their value. */
const HARMLESS_FIELD = /^(?:access-control-|sec-websocket-(?:accept|key|version|extensions)$)/i;
const CHALLENGE = /^(?:www|proxy)-authenticate$|^(?:proxy-)?authentication-info$/i;

/** Replaces each value in the place of a secret by its mark. */
export class SecretPlaces {
  readonly #known: KnownSecrets;
  /** Further secret names, in lower case. */
  readonly names: Set<string>;

  constructor(known: KnownSecrets, names: readonly string[]) {
    this.#known = known;
    this.names = new Set(names.map((name) => name.toLowerCase()));
  }

  /** Returns a URL without userinfo, fragment, and secret parameters. */
  stripURL(url: string): string {
    const parsed = URL.parse(url);
    if (parsed?.password) this.#known.learn(decoded(parsed.password));
    const bare = url.replace(/#.*/s, "").replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, "$1");
    return this.#stripPairs(bare);
  }

  /** Returns header fields without secret values. */
  stripFields(pairs: Pairs): Pairs {
    return pairs.map(([name, value]) => [name.toLowerCase(), this.#stripField(name, value)]);
  }

  #stripField(name: string, value: string): string {
    const lower = name.toLowerCase();
    if (this.names.has(lower)) return this.#known.learn(value, true);
    if (lower === "cookie") {
      return value.split(/; */).map((pair) => this.#stripCookie(pair)).join("; ");
    }
    if (lower === "set-cookie") return value.replace(/^[^;]*/, (pair) => this.#stripCookie(pair));
    if (CHALLENGE.test(name)) {
      return value.replace(
        /\b(\w+)=(?:"([^"]*)"|([^\s,"]+))/g,
        (pair, param: string, quoted?: string, bare?: string) =>
          /nonce|rspauth|opaque/i.test(param)
            ? `${param}="${this.#known.learn(quoted ?? bare ?? "")}"`
            : pair,
      );
    }
    if (/^(?:(?:content-)?location|referer|destination|origin)$/.test(lower)) {
      return this.#stripPairs(value);
    }
    if (!isSecretHeader(name) || HARMLESS_FIELD.test(name)) return this.stripText(value);
    const [, scheme, credentials = ""] = /^([a-z][\w-]*) +(.+)$/i.exec(value) ?? [];
    if (scheme === undefined || !/authorization$/.test(lower)) return this.#known.learn(value);
    if (/^basic$/i.test(scheme)) this.#learnBasic(credentials);
    return `${scheme} ${this.#known.learn(credentials)}`;
  }

  #learn(name: string, value: string): string {
    return this.#known.learn(value, isPasswordName(name) && !isNoPassword(value));
  }

  /** Returns subprotocols without tokens. */
  stripProtocols(protocols: readonly string[]): string[] {
    return protocols.map((one) => looksRandom(one) ? this.#known.learn(one) : one);
  }

  #learnBasic(credentials: string): void {
    const bytes = fromBase64(credentials);
    const pair = bytes === undefined ? "" : new TextDecoder().decode(bytes);
    if (pair.includes(":")) this.#learn("password", pair.slice(pair.indexOf(":") + 1));
  }

  #stripCookie(pair: string): string {
    const equals = pair.indexOf("=");
    return pair.slice(0, equals + 1) + this.#known.learn(pair.slice(equals + 1).trim());
  }

  /** Returns a body or a message without secret members. */
  stripContent(content: Content, headers: Pairs): Content {
    const type = typeOf(headers);
    if (type.startsWith("multipart/")) {
      const boundary = /boundary="?([^";]+)/i.exec(field(headers, "content-type") ?? "")?.[1];
      return this.#stripMultipart(content, boundary ?? "");
    }
    if (typeof content !== "string") return content;
    return type === "application/x-www-form-urlencoded"
      ? this.#stripPairs(`?${content}`).slice(1)
      : this.stripText(content);
  }

  /** Returns a text without secret members, parameters and elements. */
  stripText(text: string): string {
    if (isJSONText(text)) return this.#stripJSON(text);
    // Each line on its own: NDJSON, JSON text sequences, events whose data is JSON.
    const stripped = text.replace(
      // deno-lint-ignore no-control-regex -- RFC 7464
      /^(data: ?|\x1e|)([[{].*)$/gm,
      (line, before: string, rest: string) =>
        isJSONText(rest) ? before + this.#stripJSON(rest) : line,
    );
    for (const [token] of stripped.matchAll(JWT)) this.#known.learn(token);
    for (const [, password = ""] of stripped.matchAll(USERINFO)) {
      this.#learn("password", decoded(password));
    }
    for (const pattern of PAIRS_OF_TEXTS) {
      for (const [, name = "", value = ""] of stripped.matchAll(pattern)) {
        if (this.#isSecret(name, value)) this.#learn(name, value);
      }
    }
    return this.#stripPairs(stripped);
  }

  #isSecret(name: string, value: string): boolean {
    return this.names.has(name.toLowerCase()) || isSecretText(name, value);
  }

  #stripJSON(text: string): string {
    return replaceLiterals(text, ({ start, end, value, path, isNumber, isName }) => {
      if (isName) return undefined;
      const name = path.at(-1) ?? "";
      const isBelow = path.some((one) => this.names.has(one.toLowerCase()));
      if (isNumber) {
        return isBelow || isSecretNumber(name) ? `"${this.#known.learn(value)}"` : undefined;
      }
      if (isBelow || path.slice(0, -1).some(isSecretMember) || isSecretText(name, value)) {
        return JSON.stringify(this.#learn(name, value));
      }
      const stripped = this.stripText(value);
      return stripped === value ? undefined : literalLike(text.slice(start, end), stripped);
    });
  }

  /** Replaces secret pairs of a query or a form, also within a longer text. */
  #stripPairs(text: string): string {
    return text.replace(PAIR, (pair: string, ...groups: (string | undefined)[]) => {
      const [mark, name = "", value = ""] = groups[0] === undefined ? groups.slice(3) : groups;
      const plain = decoded(value);
      const isSecret = isSecretParameter(name) || this.names.has(decoded(name).toLowerCase());
      if (isSecret) return `${mark}${name}=${this.#learn(name, plain)}`;
      if (!/[?&#;=]/.test(plain)) return pair;
      const stripped = this.#stripPairs(plain); // a URL within a URL
      return stripped === plain ? pair : `${mark}${name}=${encodeURIComponent(stripped)}`;
    });
  }

  #stripMultipart(content: Content, boundary: string): Content {
    const whole = typeof content === "string" ? content : LATIN1.decode(content);
    for (const part of whole.split(`--${boundary}`)) {
      const [head = "", ...body] = part.split("\r\n\r\n");
      const name = /[; ]name="([^"]*)"/i.exec(head)?.[1] ?? "";
      const raw = body.join("\r\n\r\n").replace(/\r\n$/, "");
      if (raw.length > 10_000) continue; // a file
      const value = typeof content === "string" ? raw : fromLatin1(raw);
      if (this.names.has(name.toLowerCase()) || isSecretParameter(name)) {
        this.#known.learn(value, true);
      }
    }
    return content; // the values are replaced later, with all known secrets
  }
}

const LATIN1 = new TextDecoder("latin1");
/** A parameter of a query, a fragment, a form or a path; the last one ends with its segment. */
const PAIR =
  /([?&#])([^\s=&?#;"'<>]{1,100})=([^\s&;"'<>#]*)|(;)([^\s=&?#;"'<>]{1,100})=([^\s&;"'<>#/?]*)/g;
/** A name with its value, as they occur in texts. */
const PAIRS_OF_TEXTS = [
  // "name": "value", name="value", name: 'value'
  /(?<![\w.-])([\w.-]{1,100})["']?\s{0,9}[:=]\s{0,9}["']([^"'\\]{1,4000})["']/g,
  // <name>value</name>
  /<([\w:.-]{1,100})>([^<]{1,4000})</g,
  // <input name="…" value="…">, <meta name="…" content="…">
  /\bname=["']([\w.[\]-]{1,100})["'][^<>]{0,200}?\b(?:value|content)=["']([^"']{1,4000})["']/g,
  // A line NAME=value or Name: value, as in environments, header fields and forms.
  /^[ \t]{0,20}([\w.-]{1,100})[ \t]{0,9}[:=][ \t]{0,9}([^\s"'&;,]{1,4000})/gm,
];
/** The password of a URL. */
const USERINFO = /:\/\/[^\s/?#"'<>@:]{0,200}:([^\s/?#"'<>@]{1,200})@/g;
/** RFC 7519: header and claims begin with `{"`. */
const JWT = /\beyJ[\w-]{5,}\.eyJ[\w-]{5,}\.[\w-]*/g;

/** Decodes UTF-8 in a text with one character per byte. */
function fromLatin1(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(text, (one) => one.charCodeAt(0)));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text; // a malformed escape
  }
}
