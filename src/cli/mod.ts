/**
 * The command line: HTTP requests, WebSockets, event streams, clients generated from OpenAPI, and tools for agents. It
 * uses the same clients as code, with their retries, timeouts and redirect rules.
 *
 * ```sh
 * deno run -N jsr:@codomyrmex/networking/cli get api.example/users page==2
 * npx -p @codomyrmex/networking codomyrmex-networking get api.example/users
 * ```
 *
 * Below, `cli` stands for either command. On Deno it needs `-N` for the network, and `-R` and `-W` only for files.
 * `cli --help` lists the commands, and `cli get --help` the options of one command.
 *
 * ## Everyday commands
 *
 * ```sh
 * cli :8080/health                           # http://localhost:8080/health
 * cli get api.example/users -a @credentials  # user:password, from a file
 * cli put api.example/photo photo@cat.png --multipart
 * cli get api.example/archive.zip --download --resume
 * cli get api.example/users --paginate       # the items of all pages
 * cli post api.example/users name=Ada --curl # the command for curl instead
 * cli PURGE api.example/cache                # any method, in upper case
 * cli get api.example/users -v               # requests, redirects, waits
 * cli get api.example/users --inspect        # why it waits, on a page
 * echo hello | cli ws wss://echo.example     # each line is a message
 * cli events api.example/news --count 10 | jq .data
 * cli demo                                   # the clients at work
 * ```
 *
 * ## What do I write after the URL?
 *
 * Items, as for HTTPie and xh. The first separator counts; a backslash before it makes it plain text.
 *
 * | item           | meaning                                                                  |
 * | -------------- | ------------------------------------------------------------------------ |
 * | `Header:value` | a header field                                                           |
 * | `name==value`  | a query parameter                                                        |
 * | `name=value`   | a text in the JSON body; a field with `--form` or `--multipart`          |
 * | `name:=json`   | any JSON in the JSON body; numbers keep their digits                     |
 * | `name@file`    | a file of a `--multipart` form; `name@file;type=text/csv` sets its type  |
 * | `@file`        | the whole body; `.json` is sent as `application/json`                    |
 *
 * `@file` after `:`, `==`, `=` or `:=` inserts the content of the file, and the file `-` is standard input:
 * `X-Key:@key.txt`, `text=@-`. Brackets in a name make objects and lists. This command sends
 * `{"name":"Ada","address":{"city":"London"},"tags":["math","engines"]}`:
 *
 * ```sh
 * cli post :8080/users name=Ada 'address[city]=London' \
 *   'tags[]=math' 'tags[]=engines'
 * ```
 *
 * A URL without a scheme means `https:`, or `http:` for this machine.
 *
 * ## How do I send a body from another program?
 *
 * `post`, `put`, `patch` and methods in upper case send standard input if no item makes a body:
 * `make-report | cli post https://api.example/reports`. In a shell loop add `--ignore-stdin`: otherwise the command
 * reads the input of the loop.
 *
 * ## How do I log in, and stay logged in?
 *
 * ```sh
 * cli get api.example/me -a ada:engine             # Basic
 * cli get api.example/me -a @token.txt -A bearer   # a token, from a file
 * cli get api.example/me -a ada:engine -A digest
 * cli get db.example/ -a KEY_ID:SECRET -A aws:eu-west-1:dynamodb
 * cli get site.example/ -a @key.pem -A bot:https://bot.example
 * cli post api.example/login user=ada --session me # keeps the cookies
 * cli get api.example/orders --session me          # and sends them again
 * ```
 *
 * A session belongs to one host and port. It is stored in `.networking/sessions/`, in a file that only its owner may read.
 *
 * ## Options
 *
 * | option                                           | default | for       | what it does                                                    |
 * | ------------------------------------------------ | ------- | --------- | --------------------------------------------------------------- |
 * | `-a`, `--auth`                                   | none    | all       | `USER:PASSWORD`, a token, or `@file` that contains it           |
 * | `-A`, `--auth-type`                              | `basic` | all       | `basic`, `bearer`, `digest` (not `ws`), `aws:…`, `webhook:…`, `sign:KEY_ID`, `bot:URL` |
 * | `--timeout`                                      | 30      | all       | seconds to the head, and between chunks of the body; 0 for none |
 * | `--total-timeout`                                | none    | all       | seconds for the whole command                                   |
 * | `--max-retries`                                  | 3       | all       | attempts after the first, until the head arrives                |
 * | `-v`, `--verbose`                                |         | all       | reports requests, redirects, waits and attempts               |
 * | `--secrets`                                      |         | all       | shows what `-v`, `--print`, `--offline`, `--curl` redact        |
 * | `--inspect`                                      |         | all       | shows the calls on a page until Ctrl+C                          |
 * | `--color`                                        | `auto`  | all       | `auto`, `always`, `never`; `NO_COLOR` turns `auto` off          |
 * | `--session`                                      |         | not `ws`  | keeps headers, credentials and cookies for the next command     |
 * | `--har`                                          |         | not `ws`  | writes requests and responses to a file, without secrets        |
 * | `--proxy`, `--ca`, `--cert`, `--cert-key`        |         | not `ws`  | a proxy; certificates and keys from files                       |
 * | `--verify`                                       | `yes`   | not `ws`  | `no` skips the check of the certificate; Deno refuses it        |
 * | `-f`, `--form`, `--multipart`                    |         | requests  | send the fields as a form                                       |
 * | `-h`, `--headers`, `-b`, `--body`                |         | requests  | prints only the head, only the body                             |
 * | `-p`, `--print`                                  |         | requests  | `H`, `B`: request head and body; `h`, `b`: response             |
 * | `-o`, `--output`                                 |         | requests  | `-` for standard output; for `get` also a file to overwrite     |
 * | `-d`, `--download`, `--resume`                   |         | `get`     | saves to a file named by the URL; resumes a partial file        |
 * | `--paginate`, `--paginate-items`                 |         | `get`     | prints the items of all pages; sets the path of the items       |
 * | `--offline`, `--curl`                            |         | requests  | prints the request, or a curl command; sends nothing            |
 * | `-I`, `--ignore-stdin`                           |         | requests  | does not read standard input                                    |
 * | `--max-redirects`                                | 10      | requests  | 0 prints the redirect itself                                    |
 * | `--no-check-status`                              |         | requests  | exits with 0 for any status                                     |
 * | `--wait`                                         | 1       | `ws`      | seconds without a message before it closes                      |
 * | `--count`                                        |         | streams   | ends after this number of messages or events                    |
 * | `--last-event-id`, `--no-reconnect`              |         | `events`  | resumes after this event; ends with the stream                  |
 *
 * ## What do scripts get?
 *
 * A pipe gets the unchanged body as it arrives; everything else goes to standard error. The exit code is the outcome:
 *
 * | exit code | when                                                                              |
 * | --------- | --------------------------------------------------------------------------------- |
 * | 0         | success                                                                           |
 * | 1         | the network, a file or a permission failed; the message says what to do           |
 * | 2         | wrong usage; the message says what to write                                       |
 * | 3, 4, 5   | the status was 3xx (a redirect that was not followed), 4xx, 5xx                   |
 * | 130       | Ctrl+C                                                                            |
 *
 * A terminal gets the head and the body in color, with JSON formatted and control characters escaped.
 *
 * ## From code
 *
 * {@linkcode runCommand} runs a command line and returns its exit code. It uses the standard streams of the process.
 *
 * ```ts
 * import { runCommand } from "@codomyrmex/networking/cli";
 * import { assertEquals } from "@std/assert";
 *
 * // Prints "POST http://localhost:8080/users", the header fields, and
 * // {"name":"Ada","age":36}.
 * const request = ["post", ":8080/users", "name=Ada", "age:=36"];
 * const code = await runCommand([...request, "--offline"]);
 * assertEquals(code, 0);
 * ```
 *
 * ## Related entries
 *
 * `cli generate` makes clients from OpenAPI descriptions, see {@linkcode [generate]}. `cli mcp` serves network tools to agents, see
 * {@linkcode [mcp]}. `--inspect` and `--har` are `inspect()` and `har()` of {@linkcode [telemetry]}. SPEC.md section 23 has the rules.
 *
 * @module
 */

import { runWith } from "./run.ts";
import { exitProgram, programArguments, systemTerminal } from "./terminal/terminal.ts";

/**
 * Runs a command line.
 *
 * @param args The arguments, the command first.
 * @returns The exit code: 0 for success, 1 for a failure, 2 for wrong usage, 3 to 5 for a status of 3xx to 5xx,
 * 130 after Ctrl+C.
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  return await runWith(args, systemTerminal());
}

if (import.meta.main) exitProgram(await runCommand(programArguments()));
