/**
 * Debian's Chromium without a window, driven by the DevTools protocol: as much of it as tests of a page
 * need.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";

type Params = Readonly<Record<string, unknown>>;

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Params;
  readonly result?: Params;
  readonly error?: { readonly message: string };
}

/** Many times what anything takes on a busy machine. */
const PATIENCE_MS = 120_000;

const FLAGS = [
  ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  ...["--no-first-run", "--no-proxy-server", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync", "--hide-scrollbars", "--mute-audio"],
  ...["--remote-debugging-port=0", "--force-device-scale-factor=1"],
];

/** A running Chromium. */
export class Chromium implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, PromiseWithResolvers<Params>>();
  readonly #pages = new Map<string, (method: string, params: Params) => void>();
  #lastId = 0;

  private constructor(child: Deno.ChildProcess, profile: string, socket: WebSocket) {
    this.#child = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
  }

  /** Whether it is there; says what to install when it is not. */
  static async isInstalled(): Promise<boolean> {
    const isThere = await Deno.stat("/usr/bin/chromium").then(() => true, () => false);
    // deno-lint-ignore no-console -- a skipped test has to say so
    if (!isThere) console.log("skipped: chromium is not installed (apt-get install chromium)");
    return isThere;
  }

  /** Starts it. */
  static async start(): Promise<Chromium> {
    const profile = await Deno.makeTempDir({ prefix: "networking-chromium-" });
    const args = [...FLAGS, `--user-data-dir=${profile}`, "about:blank"];
    const command = new Deno.Command("/usr/bin/chromium", { args, stdout: "null", stderr: "null" });
    const child = command.spawn();
    const file = `${profile}/DevToolsActivePort`;
    for (let tries = 0;; tries++) {
      const text = await Deno.readTextFile(file).catch(() => "");
      const [port, path] = text.split("\n");
      if (path) {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
        await new Promise((opened, failed) => [socket.onopen, socket.onerror] = [opened, failed]);
        return new Chromium(child, profile, socket);
      }
      if (tries * 100 > PATIENCE_MS) throw new Error("Chromium does not start");
      await delay(100);
    }
  }

  /** Opens an empty page. */
  async newPage(): Promise<Page> {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page((method, params) => this.send(method, params, sessionId as string));
    this.#pages.set(sessionId as string, (method, params) => page.take(method, params));
    for (const domain of ["Page", "Runtime", "Network", "Log"]) await page.send(`${domain}.enable`);
    return page;
  }

  /** Sends a command. */
  async send(method: string, params: Params = {}, sessionId?: string): Promise<Params> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Params>();
    this.#answers.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return await deadline(answer.promise, PATIENCE_MS);
  }

  #take({ id, sessionId = "", method, params = {}, result = {}, error }: Message): void {
    if (id === undefined) return this.#pages.get(sessionId)?.(method!, params);
    const answer = this.#answers.get(id);
    if (answer === undefined) return; // of the command that ends it
    this.#answers.delete(id);
    if (error === undefined) answer.resolve(result);
    else answer.reject(new Error(error.message));
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#socket.send(JSON.stringify({ id: 0, method: "Browser.close" }));
    await closed;
    await this.#child.status;
    await Deno.remove(this.#profile, { recursive: true });
  }
}

/** What is pressed for a key; letters and marks are themselves. */
const KEY_CODES: Readonly<Record<string, number>> = {
  Enter: 13,
  Escape: 27,
  " ": 32,
  ArrowUp: 38,
  ArrowDown: 40,
  Tab: 9,
};

/** A page. */
export class Page {
  /** What it wrote to the console, and what was refused or failed. */
  readonly complaints: string[] = [];
  /** The URLs of its requests. */
  readonly requests: string[] = [];
  /** Sends a command to the page. */
  readonly send: (method: string, params?: Params) => Promise<Params>;

  constructor(send: (method: string, params?: Params) => Promise<Params>) {
    this.send = send;
  }

  /** An event of the page. */
  take(method: string, params: Params): void {
    const text = JSON.stringify(params);
    if (method === "Network.requestWillBeSent") {
      this.requests.push((params.request as { readonly url: string }).url);
    } else if (method === "Runtime.exceptionThrown" || method === "Log.entryAdded") {
      this.complaints.push(text);
    } else if (method === "Runtime.consoleAPICalled" && params.type !== "log") {
      this.complaints.push(text);
    }
  }

  /** Sets the size, and what the person prefers. */
  async show(width: number, height: number, scheme: "light" | "dark"): Promise<void> {
    const metrics = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.send("Emulation.setDeviceMetricsOverride", metrics);
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await this.send("Emulation.setEmulatedMedia", { features });
  }

  /** Goes to a URL. */
  async goto(url: string): Promise<void> {
    await this.send("Page.navigate", { url });
    await this.until("document.readyState === 'complete' && location.href !== 'about:blank'");
  }

  /** The value of an expression. */
  async evaluate<T>(expression: string): Promise<T> {
    const given = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", given);
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { readonly value: T }).value;
  }

  /** Waits until an expression is true. */
  async until(expression: string): Promise<void> {
    for (const startedAt = performance.now(); performance.now() - startedAt < PATIENCE_MS;) {
      if (await this.evaluate<boolean>(`Boolean(${expression})`)) return;
      await delay(50);
    }
    throw new Error(`It never came to be: ${expression}\n${await this.text("body")}`);
  }

  /** The text of an element, with plain spaces. */
  text(selector: string): Promise<string> {
    const text = `document.querySelector(${JSON.stringify(selector)})?.innerText ?? ""`;
    return this.evaluate(`(${text}).replaceAll("\u00a0", " ")`);
  }

  /** Presses a key. */
  async press(key: string): Promise<void> {
    const text = key === "Enter" ? "\r" : key.length === 1 ? key : "";
    const code = KEY_CODES[key] ?? key.toUpperCase().charCodeAt(0);
    const given = { key, text, windowsVirtualKeyCode: code };
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", ...given });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", key, windowsVirtualKeyCode: code });
  }

  /** Types text. */
  async type(text: string): Promise<void> {
    for (const character of text) await this.press(character);
  }

  /** Clicks into the middle of an element. */
  async click(selector: string): Promise<void> {
    const { x, y } = await this.evaluate<{ x: number; y: number }>(`(() => {
      const box = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    })()`);
    const given = { x, y, button: "left", clickCount: 1 };
    await this.send("Input.dispatchMouseEvent", { type: "mousePressed", ...given });
    await this.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...given });
  }

  /** Writes what it looks like to a file. */
  async screenshot(path: string): Promise<void> {
    const { data } = await this.send("Page.captureScreenshot", { format: "png" });
    const binary = atob(data as string);
    await Deno.writeFile(path, Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  }
}
