/**
 * What other clients call an option, and where it is here: fetch, axios, got, ky, undici, requests and
 * httpx. Case, `_` and `-` do not count.
 *
 * @module
 */

/**
 * Names by where they are here: our option, one of `denoTransport()` (with a colon before it), or what
 * to do instead. A name with a `?` is an ordinary word, and no sign that an object is a bag of options.
 */
const PLACES: readonly (readonly [place: string, names: string])[] = [
  ["data", "body"],
  ["params", "query? qs searchparams paramsserializer"],
  ["form", "formdata?"],
  ["multipart", "file? files? attachments?"],
  ["baseUrl", "prefix? prefixurl baseurl"],
  [
    "maxRetries",
    "retries maxattempts retrycount retrylimit limit? attempts?",
  ],
  ["retryBackoff", "retrydelay retryinterval backofffactor backoff? delay?"],
  ["maxRetryBackoff", "backofflimit maxdelay?"],
  ["statuses", "statuscodes retrystatuscodes statusforcelist retryon"],
  [
    "maxRedirects",
    "followredirects followredirect redirect? maxredirections allowredirects follow? followallredirects",
  ],
  ["maxResponseSize", "maxcontentlength maxbodylength"],
  ["allowAnyOrigin", "allowabsoluteurls"],
  ["throwOnError", "throwhttperrors validatestatus raiseforstatus ignoreresponseerror"],
  ["timeout", "timeoutms connecttimeout headerstimeout"],
  ["idleTimeout", "bodytimeout readtimeout"],
  ["signal", "canceltoken abortcontroller"],
  ["cookies", "cookiejar jar? withcredentials credentials?"],
  ["onProgress", "onuploadprogress"],
  ["give onProgress to client.download()", "ondownloadprogress"],
  ["onRequest", "beforerequest"],
  ["onResponse", "afterresponse"],
  ["onRetry", "beforeretry"],
  ["onError", "beforeerror"],
  [
    "use",
    "interceptors? middleware? middlewares? plugins? beforerequest beforeretry beforeerror " +
    "afterresponse onrequest onresponse eventhooks transformrequest transformresponse",
  ],
  ["transport", "fetch? fetcher? adapter?"],
  [
    ":caCerts",
    "verify? rejectunauthorized ca? cacert cacerts strictssl insecure? tls? ssl? https? connect?",
  ],
  [":cert, key", "cert? key? passphrase? pfx?"],
  [":proxy", "proxy? proxies? trustenv mounts?"],
  [
    ":poolMaxIdlePerHost",
    "maxsockets connections? keepalive? limits? poolmaxidleperhost",
  ],
  [":proxy, caCerts, …", "agent? httpagent httpsagent dispatcher"],
  [":unixSocket", "socketpath unixsocket unixsocketpath uds?"],
  [":poolIdleTimeout", "poolidletimeout keepalivetimeout"],
  [":allowHost", "allowhost"],
  [":localAddress", "localaddress? family?"],
  [":http2", "http1? http2? allowh2"],
  [
    "the response has json(), text and content, and client.stream() gives it as it comes",
    "responsetype responseencoding encoding? gzip? compress? parsejson parseresponse decompress resolvebodyonly stream?",
  ],
  ["say which cookies and headers go along with cookies, headers and auth", "mode? credentials?"],
  ["set its header in headers", "cache? accept? contenttype? referrer referrerpolicy useragent"],
  ['the method is the first argument: client.request("POST", url, options)', "method"],
  [
    'the URL is an argument: client.get(url, options), client.request("POST", url, options)',
    "url?",
  ],
];

let places: Map<string, readonly [place: string, isWord: boolean][]> | undefined;

function placesOf(name: string): readonly [place: string, isWord: boolean][] {
  if (places === undefined) {
    places = new Map();
    for (const [place, names] of PLACES) {
      for (const word of names.split(" ")) {
        const plain = word.replace("?", "");
        places.set(plain, [...places.get(plain) ?? [], [place, plain !== word]]);
      }
    }
  }
  return places.get(name.slice(0, 40).toLowerCase().replace(/[_-]/g, "")) ?? [];
}

/**
 * What to write instead of a name that other clients have, or `undefined` for any other name.
 *
 * @param name The name, in any spelling.
 * @param known The options that exist here.
 * @param elsewhere Options that exist in another place, with that place.
 */
export function habitAdvice(
  name: string,
  known: ReadonlySet<string>,
  elsewhere: ReadonlyMap<string, string>,
): string | undefined {
  for (const [place] of placesOf(name)) {
    const option = place.replace(":", "").split(",", 1)[0]!;
    if (known.has(option)) return `did you mean ${option}?`;
    if (elsewhere.has(option)) return `write ${option}, which belongs to ${elsewhere.get(option)}`;
    if (!known.has("headers")) continue; // the rest is about HTTP
    if (place.startsWith(":")) {
      return `write transport: denoTransport({ ${place.slice(1)} }) of ./transports/deno` +
        (known.has("transport") ? "" : ", an option of the client");
    }
    if (place.includes(" ")) return place;
  }
  return undefined;
}

/** Whether other clients have an option of this name, in this spelling; ordinary words may count too. */
export function isHabit(name: string, withWords: boolean): boolean {
  return placesOf(name).some(([, isWord]) => withWords || !isWord);
}
