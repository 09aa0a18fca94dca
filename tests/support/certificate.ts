/**
 * Self-signed certificates for TLS tests, made when they are needed: a key in the repository would
 * alarm scanners, and a certificate in it would expire.
 *
 * @module
 */

/** What `Deno.serve` and `Deno.listenTls` take, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

// Object identifiers, encoded (RFC 5758 3.2, RFC 5280 4.2.1.6 and A.1).
const ECDSA_WITH_SHA256 = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const SUBJECT_ALT_NAME = [6, 3, 0x55, 0x1d, 0x11];
const COMMON_NAME = [6, 3, 0x55, 4, 3];

/** A P-256 certificate for the DNS name `host` that is valid until `notAfter` (a day from now). */
export async function selfSigned(
  host: string,
  notAfter: Date = new Date(Date.now() + 86_400_000),
): Promise<Certificate> {
  const curve = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(curve, true, ["sign"]);
  const ascii = [...new TextEncoder().encode(host)];
  const signatureAlgorithm = der(0x30, ECDSA_WITH_SHA256);
  const name = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, ascii))));
  const alternatives = der(0x30, der(0x82, ascii));
  const toBeSigned = der(
    0x30,
    der(0xa0, [2, 1, 2]), // version 3
    [2, 1, 1], // serial number 1
    signatureAlgorithm,
    name, // issuer
    der(0x30, time(new Date(notAfter.getTime() - 2 * 86_400_000)), time(notAfter)),
    name, // subject
    [...new Uint8Array(await crypto.subtle.exportKey("spki", publicKey))],
    der(0xa3, der(0x30, der(0x30, SUBJECT_ALT_NAME, der(0x04, alternatives)))),
  );
  const signed = await crypto.subtle.sign(curve, privateKey, Uint8Array.from(toBeSigned));
  const [r, s] = [[...new Uint8Array(signed, 0, 32)], [...new Uint8Array(signed, 32)]];
  const signature = der(0x30, integer(r), integer(s));
  const certificate = der(0x30, toBeSigned, signatureAlgorithm, der(0x03, [0], signature));
  const key = [...new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey))];
  return { cert: pem("CERTIFICATE", certificate), key: pem("PRIVATE KEY", key) };
}

/** A value of ASN.1, DER encoded (X.690 8.1). */
function der(tag: number, ...contents: number[][]): number[] {
  const content = contents.flat();
  const { length } = content;
  const size = length < 128
    ? [length]
    : length < 256
    ? [0x81, length]
    : [0x82, length >> 8, length & 255];
  return [tag, ...size, ...content];
}

/** An unsigned number of 32 bytes: shortest form, with a zero where it would look negative. */
function integer(bytes: number[]): number[] {
  const shortest = bytes.slice(bytes.findIndex((byte) => byte !== 0));
  return der(0x02, shortest[0]! > 127 ? [0] : [], shortest);
}

/** GeneralizedTime, `YYYYMMDDHHMMSSZ`. */
function time(date: Date): number[] {
  const digits = date.toISOString().replace(/\.\d+|[-:T]/g, "");
  return der(0x18, [...new TextEncoder().encode(digits)]);
}

function pem(label: string, bytes: number[]): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
}
