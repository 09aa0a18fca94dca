/**
 * The script of the inspector's page, last part: what the mouse and the keyboard do, and the stream that
 * everything comes from.
 *
 * @module
 */

/** JavaScript. */
export const SCRIPT: string = String.raw`
// ---- the rest of the page ----
/** Whether somebody reads there: what has the focus or a selection is not drawn again by itself. */
function isRead(element) {
  const selection = getSelection();
  return element.contains(document.activeElement) ||
    (!selection.isCollapsed && element.contains(selection.anchorNode));
}
function drawSide() {
  byId("origins").lastElementChild.replaceChildren(...origins.map(originCard));
  byId("sockets").lastElementChild.replaceChildren(...[...sockets.values()].map((view) => socketCard(view, now())));
  byId("origins").hidden = origins.length === 0;
  byId("sockets").hidden = sockets.size === 0;
}
/** The bodies of calls that have ended, if the inspector has any. */
const bodies = new Map();
async function loadBodies(id) {
  bodies.clear();
  bodies.set(id, undefined);
  const response = await fetch("bodies/" + id);
  bodies.set(id, response.ok ? await response.json() : []);
  drawDetail();
}
let drawn;
function drawDetail() {
  const call = opened && calls.get(selected);
  detail.hidden = !call;
  if (!call) return;
  const close = el("button", "", "Close ", el("kbd", "", "Esc"));
  close.type = "button";
  close.addEventListener("click", closeDetail);
  const open = drawn === call.id ? [...detail.querySelectorAll("details")].map((one) => one.open) : [];
  drawn = call.id;
  const places = () => [...detail.querySelectorAll("button, summary")];
  const focused = places().indexOf(document.activeElement);
  detail.replaceChildren(...detailOf(call, now(), close, bodies.get(call.id)));
  detail.querySelectorAll("details").forEach((one, index) => one.open = open[index] ?? false);
  places()[focused]?.focus({ preventScroll: true });
  const hasBodies = "bodies" in document.body.dataset && !isEnded && call.state !== "running";
  if (hasBodies && !bodies.has(call.id)) loadBodies(call.id);
}
function drawStatus() {
  const count = shownCalls().length;
  const of = count === calls.size ? plural(count, "call") : count + " of " + plural(calls.size, "call");
  const waiting = held.calls.size;
  const [state, text] = isEnded
    ? ["end", "program has ended"]
    : isPaused
    ? ["pause", "paused" + (waiting > 0 ? ", " + waiting + " changed since" : "")]
    : ["live", "live"];
  const status = byId("status");
  status.dataset.state = state;
  status.textContent = [text, of, missed > 0 ? missed + " not kept" : ""].filter(Boolean).join(" · ");
  const empty = byId("empty");
  empty.hidden = count > 0;
  if (count === 0) {
    const [title, advice] = calls.size > 0
      ? ["No call matches the filter", "Escape in the filter clears it."]
      : ["No calls yet", "Give the inspector to a client: new HTTPClient({ use: inspector })"];
    empty.replaceChildren(el("b", "", title), advice);
  }
}
function drawOrigins() {
  const choice = byId("origin"), known = new Set([...choice.options].map(({ value }) => value));
  for (const { origin } of calls.values()) {
    if (origin && !known.has(origin)) {
      known.add(origin);
      choice.append(new Option(origin, origin));
    }
  }
}
/** After anything changed. */
function settle() {
  if (sticks) scroller.scrollTop = scroller.scrollHeight;
  fitAxis();
  drawStatus();
  const { activeElement } = document;
  if (!rows.has(selected) || rows.get(selected).tr.hidden) roving(shownCalls()[0]?.id);
  else roving(selected);
  if (activeElement !== document.body) activeElement.focus?.({ preventScroll: true });
}
function roving(id) {
  for (const { tr } of rows.values()) tr.tabIndex = -1;
  if (rows.has(id)) rows.get(id).tr.tabIndex = 0;
}

function take(data) {
  for (const call of data.calls ?? []) calls.set(call.id, call);
  while (calls.size > MOST_CALLS) forget(calls.keys().next().value);
  for (const call of data.calls ?? []) if (calls.has(call.id)) drawRow(call);
  if (data.calls) drawHosts();
  for (const socket of data.sockets ?? []) sockets.set(socket.id, socket);
  while (sockets.size > 50) sockets.delete(sockets.keys().next().value);
  origins = data.origins ?? origins;
  missed += data.missed ?? 0;
  drawOrigins();
  if (data.sockets || data.origins) drawSide();
  if (data.calls?.some(({ id }) => id === selected)) drawDetail();
  settle();
}
function hold(data) {
  for (const call of data.calls ?? []) {
    held.calls.set(call.id, call);
    if (held.calls.size > MOST_CALLS) held.calls.delete(held.calls.keys().next().value);
  }
  for (const socket of data.sockets ?? []) held.sockets.set(socket.id, socket);
  held.origins = data.origins ?? held.origins;
  missed += data.missed ?? 0;
  drawStatus();
}
function pause(value) {
  if (isEnded || value === isPaused) return;
  isPaused = value;
  const button = byId("pause");
  button.setAttribute("aria-pressed", String(value));
  button.firstElementChild.textContent = value ? "Resume" : "Pause";
  frozenAt = value ? now() : undefined;
  if (value) return drawStatus();
  const data = { calls: [...held.calls.values()], sockets: [...held.sockets.values()], origins: held.origins };
  held.calls.clear();
  held.sockets.clear();
  held.origins = undefined;
  take(data);
}

// ---- selecting ----
function select(id, focuses) {
  if (rows.has(selected)) rows.get(selected).tr.setAttribute("aria-selected", "false");
  selected = id;
  if (rows.has(id)) {
    const { tr } = rows.get(id);
    tr.setAttribute("aria-selected", "true");
    roving(id);
    if (focuses) tr.focus();
  }
  drawDetail();
}
function move(by) {
  const shown = shownCalls();
  if (shown.length === 0) return;
  const at = shown.findIndex(({ id }) => id === selected);
  const next = at < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(shown.length - 1, Math.max(0, at + by));
  sticks = false;
  select(shown[next].id, true);
}
function openDetail() {
  if (selected === undefined) return;
  opened = true;
  drawDetail();
  detail.scrollIntoView({ block: "nearest" });
}
function closeDetail() {
  opened = false;
  drawDetail();
  rows.get(selected)?.tr.focus();
}
tbody.addEventListener("click", (event) => {
  const tr = event.target.closest("tr");
  if (!tr) return;
  select(Number(tr.dataset.id), true);
  openDetail();
});
tbody.addEventListener("focusin", (event) => {
  const id = Number(event.target.closest("tr")?.dataset.id);
  if (id && id !== selected) select(id);
});
function clear() {
  for (const call of [...calls.values()]) if (call.state !== "running") forget(call.id);
  missed = 0;
  settle();
}
function choose(outcome) {
  byId("outcome").value = byId("outcome").value === outcome ? "" : outcome;
  applyFilter();
}
function align() {
  const aligned = table.classList.toggle("aligned");
  byId("scale").setAttribute("aria-pressed", String(aligned));
  fitAxis();
}
byId("filter").addEventListener("input", applyFilter);
byId("origin").addEventListener("change", applyFilter);
byId("outcome").addEventListener("change", applyFilter);
byId("failed").addEventListener("click", () => choose("failed"));
byId("pause").addEventListener("click", () => pause(!isPaused));
byId("clear").addEventListener("click", clear);
byId("scale").addEventListener("click", align);
scroller.addEventListener("scroll", () => {
  sticks = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 8;
  fitAxis();
});
document.querySelector("main").addEventListener("scroll", fitAxis);
addEventListener("resize", fitAxis);

const KEYS = {
  ArrowDown: () => move(1), j: () => move(1), ArrowUp: () => move(-1), k: () => move(-1),
  Home: () => move(-Infinity), End: () => move(Infinity), PageDown: () => move(10), PageUp: () => move(-10),
  Enter: openDetail, Escape: closeDetail, " ": () => pause(!isPaused), f: () => choose("failed"), a: align,
  "/": () => byId("filter").focus(),
};
addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (target.id === "filter") {
    if (key === "Escape") {
      target.value = "";
      applyFilter();
      target.blur();
    } else if (key === "ArrowDown" || key === "Enter") {
      event.preventDefault();
      move(1);
    }
    return;
  }
  if (target.closest("select, summary, a") && key !== "/" && key !== "Escape") return;
  if (target.closest("button") && (key === " " || key === "Enter")) return;
  const act = KEYS[key.length === 1 ? key.toLowerCase() : key];
  if (!act) return;
  event.preventDefault();
  act();
});

// ---- what moves by itself ----
const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
setInterval(() => {
  if (frozenAt !== undefined) return;
  const running = [...calls.values()].filter(({ state }) => state === "running");
  for (const call of running) drawRow(call);
  if (running.length > 0) settle();
  if (calls.get(selected)?.state === "running" && !isRead(detail)) drawDetail();
  const moves = [...sockets.values()].some(({ state }) => state === "waiting" || state === "connecting");
  if (moves && !isRead(byId("sockets"))) drawSide();
}, isCalm ? 1000 : 120);

// ---- the stream ----
const stream = new EventSource("events");
let failures = 0;
stream.onmessage = ({ data }) => {
  failures = 0;
  const news = JSON.parse(data);
  if (!isPaused) offset = performance.now() - news.now;
  if (isPaused) hold(news);
  else take(news);
};
stream.onerror = () => {
  if (stream.readyState !== EventSource.CLOSED && ++failures < 3) return;
  stream.close();
  frozenAt ??= now();
  isEnded = true;
  drawStatus();
};
drawSide();
settle();
`;
