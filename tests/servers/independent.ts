/**
 * Starts servers that nobody here wrote, on a free port of 127.0.0.1. Where one is not installed its
 * tests are skipped, and the message says what to install.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a skipped suite has to say so

/** A running server. */
export interface IndependentServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Of its process. */
  readonly pid: number;
}

/** How to start one. */
export interface Launch {
  /** What has it: a package of Debian, or of npm, which Deno fetches itself. */
  readonly from: { readonly debian: string } | { readonly npm: string };
  readonly command: string;
  readonly args: (port: number, folder: string) => string[];
  /** Files that it reads, by name, in a temporary folder. */
  readonly files?: (port: number, folder: string) => Record<string, string>;
}

/** httpbin of Kenneth Reitz, on Flask's own server. */
export const HTTPBIN: Launch = {
  from: { debian: "python3-httpbin" },
  command: "/usr/bin/python3",
  args: (port) => ["-m", "httpbin.core", "--host", "127.0.0.1", "--port", String(port)],
};

/** A server of npm, which a script beside this one starts on the port that it is given. */
function ofNpm(npm: string, script: string): Launch {
  const path = new URL(script, import.meta.url).pathname;
  return {
    from: { npm },
    command: Deno.execPath(),
    args: (port) => ["run", "--allow-all", "--no-config", path, String(port)],
  };
}

/** An authorization server for tests, by Axa. */
export const OAUTH2_MOCK_SERVER: Launch = ofNpm("oauth2-mock-server", "oauth2_mock_server.mjs");

/** An OpenID provider, certified. */
export const OIDC_PROVIDER: Launch = ofNpm("oidc-provider", "oidc_provider.mjs");
/** An authorization server that exchanges tokens (RFC 8693). */
export const TOKEN_EXCHANGE: Launch = ofNpm("@jmondi/oauth2-server", "token_exchange_server.mjs");

/** The JWT bearer grant (RFC 7523) of Authlib, on Flask; the account's public key is a file. */
export function authlib(publicKey: string, issuer: string): Launch {
  return {
    from: { debian: "python3-authlib" },
    command: "/usr/bin/python3",
    args: (port, folder) => [`${folder}/server.py`, String(port)],
    files: (port) => ({
      "key.pem": publicKey,
      "server.py": `import os, pathlib, flask
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc7523 import JWTBearerGrant

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
key = (pathlib.Path(__file__).parent / "key.pem").read_text()

class Client:
    def __init__(self, id): self.id = id
    def get_client_id(self): return self.id
    def check_grant_type(self, grant): return grant == JWTBearerGrant.GRANT_TYPE
    def get_allowed_scope(self, scope): return scope
    def check_client_secret(self, secret): return False
    def check_endpoint_auth_method(self, method, endpoint): return True

class User:
    def __init__(self, id): self.id = id
    def get_user_id(self): return self.id

class Grant(JWTBearerGrant):
    CLAIMS_OPTIONS = {
        "iss": {"essential": True, "value": "${issuer}"},
        "aud": {"essential": True, "value": "http://127.0.0.1:${port}/token"},
        "exp": {"essential": True},
    }
    def resolve_issuer_client(self, issuer): return Client(issuer)
    def resolve_client_key(self, client, headers, payload):
        return key if headers.get("kid") == "1" else None
    def authenticate_user(self, subject): return User(subject) if subject != "eve" else None
    def has_granted_permission(self, client, user): return user.id != "bob"

app = flask.Flask(__name__)
server = AuthorizationServer(app, query_client=Client, save_token=lambda token, request: None)
server.register_grant(Grant)
server.register_token_generator("default", lambda grant_type, client, user, scope, **rest: {
    "access_token": f"for-{user.id}", "token_type": "Bearer", "expires_in": 60, "scope": scope,
})
app.route("/token", methods=["POST"])(server.create_token_response)
app.run("127.0.0.1", ${port})
`,
    }),
  };
}

/** A store compatible with S3 that checks signatures of version 4. */
export const S3RVER: Launch = ofNpm("@20minutes/s3rver", "s3rver.mjs");

/** A database compatible with DynamoDB, behind a signer of npm that checks signatures. */
export const DYNALITE: Launch = ofNpm("dynalite and aws4", "dynalite.mjs");

/** The Python websockets library, with a behaviour for each path. */
export const WEBSOCKETS: Launch = {
  from: { debian: "python3-websockets" },
  command: "/usr/bin/python3",
  args: (_port, folder) => [`${folder}/server.py`],
  files: (port) => ({
    "server.py": `import asyncio, http, websockets

seen = []

async def serve(socket, path):
    if path == "/header":
        await socket.send(socket.request_headers["x-test"])
        await socket.wait_closed()
    elif path == "/ping":
        await (await socket.ping())
        await socket.send("pong seen")
    elif path == "/once":
        seen.append(path)
        if len(seen) == 1:
            await socket.close(4500, "again")
        else:
            await socket.send("second")
            await socket.wait_closed()
    else:
        async for message in socket:
            await socket.send(message)

async def look(path, headers):
    return (http.HTTPStatus.FORBIDDEN, [], b"no") if path == "/forbidden" else None

async def main():
    async with websockets.serve(serve, "127.0.0.1", ${port}, subprotocols=["chat"],
                                process_request=look):
        await asyncio.Future()

asyncio.run(main())
`,
  }),
};

/** ws of npm, which most servers of JavaScript have. */
export const WS: Launch = ofNpm("ws", "ws_server.mjs");

/** jayson and json-rpc-2.0 of npm: JSON-RPC over HTTP, and both ways over WebSocket. */
export const JSON_RPC: Launch = ofNpm("jayson and json-rpc-2.0", "rpc_server.mjs");

/** Redis, in memory alone. */
export const REDIS: Launch = {
  from: { debian: "redis-server" },
  command: "redis-server",
  args: (port, folder) => [
    ...["--bind", "127.0.0.1", "--port", String(port), "--dir", folder],
    ...["--save", "", "--appendonly", "no"],
  ],
};

/** The one user of the proxies here that ask for credentials. */
const PROXY_USER = { name: "ada", password: "p@ss", hash: "$apr1$abcdefgh$MNs1srWp03T8XAJZcWuBx/" };

/** The same as the userinfo of a URL. */
export const PROXY_LOGIN: string = `${PROXY_USER.name}:${encodeURIComponent(PROXY_USER.password)}`;

/** A SOCKS5 server, for everybody or for the user. */
export function microsocks(isOpen: boolean): Launch {
  const { name, password } = PROXY_USER;
  return {
    from: { debian: "microsocks" },
    command: "microsocks",
    args: (port) => [
      ...["-i", "127.0.0.1", "-p", String(port)],
      ...isOpen ? [] : ["-u", name, "-P", password],
    ],
  };
}

/**
 * Squid as a forward proxy on loopback, without a cache. For everybody, and then it passes handshakes of
 * WebSockets on, or for the user. It passes nothing on to `banned.invalid`.
 */
export function squid(isOpen: boolean): Launch {
  const { name, hash } = PROXY_USER;
  const login = (folder: string) =>
    `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${folder}/users
acl known proxy_auth REQUIRED
http_access deny !known`;
  return {
    from: { debian: "squid" },
    command: "squid",
    // Under a name of its own, since its shared memory goes by that.
    args: (port, folder) => ["-n", `port${port}`, "-N", "-f", `${folder}/squid.conf`],
    files: (port, folder) => ({
      users: `${name}:${hash}\n`,
      "squid.conf": `http_port 127.0.0.1:${port}
acl banned dstdomain banned.invalid
http_access deny banned
${isOpen ? "http_upgrade_request_protocols websocket allow all" : login(folder)}
http_access allow all
cache deny all
access_log none
cache_log ${folder}/cache.log
pid_filename none
coredump_dir ${folder}
pinger_enable off
shutdown_lifetime 0 seconds
`,
    }),
  };
}

/** NATS over WebSocket. */
export const NATS: Launch = {
  from: { debian: "nats-server" },
  command: "nats-server",
  args: (_port, folder) => ["-c", `${folder}/nats.conf`],
  files: (port) => ({
    "nats.conf":
      `host: 127.0.0.1\nport: -1\nwebsocket { host: 127.0.0.1, port: ${port}, no_tls: true }\n`,
  }),
};

/** nginx with the given locations, and with what stands before all else. */
export function nginx(locations: string, head = "", from = "nginx"): Launch {
  return {
    from: { debian: from },
    command: "nginx",
    args: (_port, folder) => ["-c", `${folder}/nginx.conf`, "-p", folder, "-e", "error.log"],
    files: (port, folder) => ({
      "nginx.conf": `${head} daemon off; master_process off; pid ${folder}/pid;
events {}
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  default_type text/plain; gzip on; gzip_types text/plain; gzip_min_length 1;
  server { listen 127.0.0.1:${port}; root ${folder}; ${locations} }
}`,
      "large.txt": "0123456789".repeat(100_000),
      "users": "ann:{PLAIN}s€cret\n",
    }),
  };
}

/** A TLS server of Node that wants a client's certificate; over HTTP/2 as well unless it is old. */
export function wantsCertificate(
  node: string,
  files: Record<"cert.pem" | "key.pem" | "client.pem", string>,
  isOld = false,
): Launch {
  const path = new URL("tls_required.mjs", import.meta.url).pathname;
  return {
    from: { npm: "node" },
    command: node,
    args: (port, folder) => [path, String(port), folder, ...isOld ? ["old"] : []],
    files: () => files,
  };
}

/** Whether the server's program is there; says what to install when it is not. */
export async function isInstalled({ command, from }: Launch): Promise<boolean> {
  if ("npm" in from) return true;
  const { debian } = from;
  if (debian.startsWith("libnginx-mod-")) {
    const module = `/usr/lib/nginx/modules/ngx_${debian.slice("libnginx-mod-".length)}_module.so`;
    const isThere = await Deno.stat(module).then(() => true, () => false);
    if (!isThere) console.log(`skipped: ${debian} is not installed (apt-get install ${debian})`);
    return isThere;
  }
  if (debian === "microsocks") { // which has no option that ends it with success
    const isThere = await Deno.stat(`/usr/bin/${debian}`).then(() => true, () => false);
    if (!isThere) console.log(`skipped: ${debian} is not installed (apt-get install ${debian})`);
    return isThere;
  }
  const args = debian.startsWith("python3-")
    ? ["-c", `import ${debian.slice("python3-".length)}`]
    : ["-v"];
  try {
    const { success } = await new Deno.Command(command, { args, stdout: "null", stderr: "null" })
      .output();
    if (success) return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.log(`skipped: ${debian} is not installed (apt-get install ${debian})`);
  return false;
}

/** Many times what a server takes to start on a busy machine. */
const PATIENCE_MS = 120_000;

/**
 * Starts the server and waits until it answers; on a free port unless one is given. A port that somebody
 * else took in the meantime is left to them.
 */
export async function start(launch: Launch, port?: number): Promise<IndependentServer> {
  for (let tries = 1;; tries++) {
    const server = await startOn(launch, port ?? freePort());
    if (server !== undefined) return server;
    if (tries === 5) throw new Error(`${Object.values(launch.from)} ended instead of answering`);
  }
}

/** Nothing if the server ends before it answers. */
async function startOn(launch: Launch, port: number): Promise<IndependentServer | undefined> {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755); // helpers of Squid may run as another user
  for (const [name, text] of Object.entries(launch.files?.(port, folder) ?? {})) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  const child = new Deno.Command(launch.command, {
    args: launch.args(port, folder),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let hasEnded = false;
  void child.status.then(() => hasEnded = true);
  const server = {
    origin: `http://127.0.0.1:${port}`,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGTERM");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // a test has ended it
      }
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
  let answers = false;
  for (const startedAt = performance.now(); performance.now() - startedAt < PATIENCE_MS;) {
    // Once more after it answered: it may be somebody else who does.
    await new Promise((resolve) => setTimeout(resolve, answers ? 20 : 50));
    if (answers && !hasEnded) return server;
    if (hasEnded) break;
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      answers = true;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
  }
  await server[Symbol.asyncDispose]();
  if (hasEnded) return undefined;
  throw new Error(
    `${Object.values(launch.from)} did not answer on port ${port} within ${PATIENCE_MS / 1000} s`,
  );
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}
