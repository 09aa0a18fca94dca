/**
 * Names of other clients for options of HTTP and its connections.
 *
 * @module
 */

import { type Habits, SHARED_HABITS } from "./habits.ts";

/** The names for HTTP options, the shared ones included. */
export const HTTP_HABITS: Habits = {
  names: SHARED_HABITS.names + ";" +
    "data=body;" +
    "params=query? qs searchparams paramsserializer;" +
    "form=formdata?;" +
    "multipart=file? files? attachments?;" +
    "baseUrl=prefix? prefixurl baseurl;" +
    "maxRedirects=followredirects followredirect redirect? maxredirections allowredirects follow? followallredirects;" +
    "maxResponseSize=maxcontentlength maxbodylength;" +
    "allowAnyOrigin=allowabsoluteurls;" +
    "throwOnError=throwhttperrors validatestatus raiseforstatus ignoreresponseerror;" +
    "idleTimeout=bodytimeout readtimeout;" +
    "cookies=cookiejar jar? withcredentials credentials?;" +
    "onProgress=onuploadprogress;" +
    "pass onProgress to client.download()=ondownloadprogress;" +
    "use=interceptors? middleware? middlewares? plugins? beforerequest beforeretry beforeerror afterresponse onrequest onresponse eventhooks transformrequest transformresponse;" +
    "transport=fetch? fetcher? adapter?;" +
    ": caCerts=verify? rejectunauthorized ca? cacert cacerts strictssl insecure? tls? ssl? https? connect?;" +
    ": cert, key=cert? key? passphrase? pfx?;" +
    ": proxy=proxy? proxies? trustenv mounts?;" +
    ": poolMaxIdlePerHost=maxsockets connections? keepalive? limits? poolmaxidleperhost;" +
    ": proxy, caCerts, …=agent? httpagent httpsagent dispatcher;" +
    ": unixSocket=socketpath unixsocket unixsocketpath uds?;" +
    ": poolIdleTimeout=poolidletimeout keepalivetimeout;" +
    ": allowHost=allowhost;" +
    ": localAddress=localaddress? family?;" +
    ": http2=http1? http2? allowh2;" +
    "the response has json(), text and content, and client.stream() streams it=responsetype responseencoding encoding? gzip? compress? parsejson parseresponse decompress resolvebodyonly stream?;" +
    "use cookies, headers and auth=mode? credentials?;" +
    "set its header in headers=accept? contenttype? referrer referrerpolicy useragent;" +
    'it comes first: client.request("POST", url, options)=method;' +
    "it is an argument: client.get(url, options)=url?",
  instances: SHARED_HABITS.instances +
    ";URLSearchParams=params;FormData=data;Blob=data;ReadableStream=data",
  // A place after a colon is an option of `denoTransport()`.
  advise(place, known) {
    if (!place.startsWith(": ")) return undefined;
    return `write transport: denoTransport({${place.slice(1)} }) of ./transports/deno` +
      (known.has("transport") ? "" : ", an option of the client");
  },
};
