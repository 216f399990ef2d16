"use strict";
const by = (id) => document.getElementById(id);
const EVERY = 1000; // milliseconds between two looks at the emulator
const TITLES = {
  routes: "Telegent message routes", telegentNumbers: "Telegent numbers", profiles: "Telnyx messaging profiles",
  numbers: "Telnyx numbers", bulkUpdates: "Telnyx bulk updates",
};
// What a line tells of an object beside its key.
const FACTS = {
  routes: ["RouteName", "MessageUrl", "MessageAuthenticationType"], telegentNumbers: ["MessageRouteId", "Status"],
  profiles: ["name", "webhook_url"], numbers: ["phone_number", "messaging_profile_id", "messaging_product"],
  bulkUpdates: ["status"],
};
const OFF = { routes: "MessageRouteEnabled", profiles: "enabled" };
let live = true, timer = 0, looking = null, next = null;

function say(text, bad = false) {
  if (by("said").textContent !== text) by("said").textContent = text;
  by("said").classList.toggle("bad", bad);
}

function made(name, text = "", style = "") {
  const element = document.createElement(name);
  element.textContent = text;
  element.className = style;
  return element;
}

async function call(method, path, body) {
  const given = body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`/_emulator/${path}`, { method, ...given });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}

// A change that a person asks for: what became of it is said, and shown at once.
async function change(method, path, body, done) {
  try {
    await call(method, path, body);
    await look();
    say(done);
  } catch (error) {
    await look();
    say(error.message, true);
  }
}

// Makes a list show rows, and leaves the elements of rows that stay where they are: with focus, and open or closed.
function keep(list, rows, make) {
  const old = new Map([...list.children].map((element) => [element.dataset.key, element]));
  rows.forEach((row, at) => {
    const text = JSON.stringify(row);
    let element = old.get(row.key);
    old.delete(row.key);
    if (!element || element.dataset.text !== text) {
      const fresh = make(row);
      fresh.dataset.key = row.key;
      fresh.dataset.text = text;
      const open = element?.querySelector("details")?.open;
      if (open) fresh.querySelector("details").open = true;
      element?.replaceWith(fresh);
      element = fresh;
    }
    if (list.children[at] !== element) list.insertBefore(element, list.children[at] ?? null);
  });
  for (const element of old.values()) element.remove();
  const none = list.nextElementSibling;
  if (none?.className === "none") none.hidden = rows.length > 0;
}

function expandable(parts, content) {
  const item = made("li", "", "new"), details = made("details"), summary = made("summary");
  parts.forEach((part) => summary.append(part, " "));
  details.append(summary, made("pre", JSON.stringify(content, null, 2)));
  item.append(details);
  return item;
}

function request({ entry }) {
  const status = entry.status ?? "lost", bad = entry.status === null || entry.status >= 400;
  const time = new Date(entry.at * 1000).toLocaleTimeString("en-GB");
  const parts = [made("span", status, `status${bad ? " bad" : ""}`), made("span", `${entry.method} ${entry.path}`, "path")];
  const { vendor, operation, query, body } = entry;
  return expandable([...parts, made("span", `${operation ?? ""} ${time}`, "soft")], { vendor, operation, query, body });
}

function objects(shown) {
  for (const [name, { count, rows, more }] of Object.entries(shown)) {
    let list = by(`o-${name}`);
    if (!list) {
      list = made("ul", "", "rows");
      list.id = `o-${name}`;
      const title = made("h3");
      title.id = `t-${name}`;
      list.setAttribute("aria-labelledby", title.id);
      by("objects").append(title, list);
    }
    const part = rows.length === count ? "" : `${more ? "the newest " : ""}${rows.length} of `;
    by(`t-${name}`).textContent = `${TITLES[name]}: ${part}${count.toLocaleString("en")}`;
    keep(list, rows, ({ key, object }) => {
      const facts = FACTS[name].map((fact) => object[fact]).filter((fact) => fact !== null && fact !== undefined && fact !== "");
      const off = object[OFF[name]] === false ? [made("span", "disabled", "status bad")] : [];
      return expandable([made("span", key, "path"), ...off, made("span", facts.join(" · "), "soft")], object);
    });
  }
}

function faults({ plan, random, fired }, answers) {
  const times = (count) => `${count} ${count === 1 ? "time" : "times"}`;
  const after = (skip) => (skip ? `, not the first ${skip}` : "");
  const lines = [
    ...plan.map((fault) => `waits: ${fault.kind} ${fault.position} ${fault.operation}, ${times(fault.times)}${after(fault.skip)}`),
    ...answers.map((one) => `waits: a scripted ${one.status} of ${one.operation}, ${times(one.times)}${after(one.skip)}`),
    ...(random ? [`at random: ${random.rate * 100} % of the requests, seed ${random.seed}`] : []),
    ...fired.map((fault) => `fired: ${fault.kind} ${fault.position} ${fault.operation}, ${times(fault.times)}`),
  ];
  keep(by("plan"), lines.map((line, at) => ({ key: `${at} ${line}`, line })), ({ line }) => made("li", line));
}

const settings = [...document.querySelectorAll(".setting")].map((element) => ({
  element,
  name: element.dataset.name,
  standard: element.dataset.default,
  text: element.textContent.toLowerCase(),
  field: element.querySelector("input, select"),
  button: element.querySelector("button"),
}));

function values(found) {
  let changed = 0;
  for (const { element, name, standard, field, button } of settings) {
    // A standard of 2.0 is 2 here.
    const value = JSON.stringify(found[name]), other = Number(standard) === Number(value) ? false : standard !== value;
    if (document.activeElement !== field || field.tagName === "SELECT") field.value = value;
    element.classList.toggle("changed", other);
    button.hidden = !other;
    changed += other;
  }
  by("changed").textContent = changed ? `${changed} changed` : "";
  choose();
}

function choose() {
  const text = by("settings-find").value.trim().toLowerCase(), only = by("changed-only").checked;
  for (const one of settings) {
    one.element.hidden = !one.text.includes(text) || (only && !one.element.classList.contains("changed"));
  }
  for (const group of document.querySelectorAll("fieldset")) group.hidden = !group.querySelector(".setting:not([hidden])");
}

// One look at a time; those that are asked for meanwhile are one that follows.
function look() {
  if (looking) {
    next ??= looking.catch(() => {}).then(() => {
      next = null;
      return look();
    });
    return next;
  }
  looking = show().finally(() => { looking = null; });
  return looking;
}

async function show() {
  const seen = await call("GET", `view?find=${encodeURIComponent(by("find").value.trim())}`);
  keep(by("requests"), seen.requests.map(({ id, ...entry }) => ({ key: `${id} ${entry.at}`, entry })), request);
  objects(seen.objects);
  faults(seen.faults, seen.answers);
  values(seen.settings);
}

async function watch() {
  if (live && !document.hidden) {
    try {
      await look();
      if (/^(Loading|The emulator)/.test(by("said").textContent)) say("");
    } catch {
      say("The emulator does not answer.", true);
    }
  }
  clearTimeout(timer);
  timer = setTimeout(watch, EVERY);
}

by("live").addEventListener("click", () => {
  live = !live;
  by("live").setAttribute("aria-pressed", live);
  say(live ? "" : "Paused.");
  if (live) watch();
});
by("clear").addEventListener("click", () => change("DELETE", "requests", undefined, "The log is empty."));
by("forget").addEventListener("click", async () => {
  await change("DELETE", "answers", undefined, "");
  await change("DELETE", "faults", undefined, "No fault waits.");
});
by("reset").addEventListener("click", () => {
  if (confirm("Delete all objects, settings, faults and requests of this emulator?")) {
    change("POST", "reset", undefined, "Everything is fresh.");
  }
});
by("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  const { operation, kind, position, times, skip, seconds } = Object.fromEntries(new FormData(event.target));
  const fault = { operation, kind, position, times: Number(times), skip: Number(skip) };
  change("POST", "faults", seconds ? { ...fault, seconds: Number(seconds) } : fault, `The fault waits: ${kind} of ${operation}.`);
});
by("settings").addEventListener("submit", (event) => event.preventDefault());
by("settings").addEventListener("change", (event) => {
  const { name } = event.target.closest(".setting").dataset;
  if (event.target.reportValidity()) change("PATCH", "settings", { [name]: JSON.parse(event.target.value) }, `${name} is set.`);
});
by("settings").addEventListener("click", (event) => {
  if (!event.target.matches(".default")) return;
  const { name } = event.target.closest(".setting").dataset;
  by(`set-${name}`).focus();
  change("PATCH", "settings", { [name]: null }, `${name} is as it was.`);
});
by("find").addEventListener("input", watch);
by("settings-find").addEventListener("input", choose);
by("changed-only").addEventListener("change", choose);
document.addEventListener("visibilitychange", watch);
by("telegent").textContent = `${location.origin}/v1.0`;
by("telnyx").textContent = `${location.origin}/v2`;
watch();
