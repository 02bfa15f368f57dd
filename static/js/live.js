// The figures of a page that has the mark `ui.live` keep up by themselves while somebody sees it. What comes takes the
// place of the same text: nothing else is touched, so that focus, scroll and what is typed stay. It is not spoken.

const AT_ONCE = 100;
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const exactly = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

let timer = 0;
let asking = false;
let since = new Date();
let told = false;

const mark = () => document.querySelector("[data-live-from]");

// Of a long table those rows that are seen, and what follows them.
function shown(beginning) {
  const rows = [...document.querySelectorAll(`tr[id^="${beginning}"]`)];
  const first = rows.findIndex((row) => row.getBoundingClientRect().bottom > 0);
  const from = Math.max(0, Math.min(first < 0 ? 0 : first, rows.length - AT_ONCE));
  return rows.slice(from, from + AT_ONCE).map((row) => row.id.slice(beginning.length));
}

function address(here) {
  const where = new URL(here.dataset.liveFrom, location.href);
  if (!here.dataset.liveRows) return where;
  const rows = shown(here.dataset.liveRows);
  where.searchParams.set("of", rows.join(","));
  return rows.length ? where : null;
}

function say(here, words) {
  const text = here.querySelector(".live-words");
  if (text.textContent !== words) text.textContent = words;
  here.toggleAttribute("data-paused", words !== "Live");
  here.title = `Figures of ${exactly.format(since)}`;
}

// What readers have set themselves stays: which numbers are unfolded, at which point of a chart the Tab key goes on.
const THEIRS = new Set(["open", "tabindex"]);

function bring(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName || old.childNodes.length !== fresh.childNodes.length) {
    if (!old.contains(document.activeElement)) old.replaceWith(document.importNode(fresh, true));
  } else if (old.nodeType === Node.ELEMENT_NODE) {
    for (const { name, value } of fresh.attributes) if (!THEIRS.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    for (const name of old.getAttributeNames()) if (!THEIRS.has(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
    [...old.childNodes].forEach((child, at) => bring(child, fresh.childNodes[at]));
  } else {
    old.data = fresh.data;
  }
}

// What is live stands in the answer under the same id, or at the same place within the same id, as a row's cells do.
function bringAll(text) {
  for (const fresh of new DOMParser().parseFromString(text, "text/html").querySelectorAll("[data-live]")) {
    const home = fresh.closest("[id]");
    const place = home && document.getElementById(home.id);
    const at = [...(home?.querySelectorAll("[data-live]") ?? [])].indexOf(fresh);
    const old = home === fresh ? place : place?.querySelectorAll("[data-live]")[at];
    if (old) bring(old, fresh);
  }
}

function ended() {
  if (told) return;
  told = true; // once is enough; nobody is led away from what they may be typing
  const text = "You are signed out, and the figures on this page stand still. Sign in again in another tab, then go on here.";
  document.dispatchEvent(new CustomEvent("portal:message", { detail: { text, tone: "warn" } }));
}

async function ask() {
  const here = mark();
  const where = here && !asking && !document.hidden && address(here);
  if (!where) return;
  asking = true;
  try {
    const answer = await fetch(where, { headers: { "Portal-Background": "yes" }, redirect: "manual", signal: AbortSignal.timeout(10000) });
    if (answer.status === 401) ended();
    if (!answer.ok) throw new Error(String(answer.status));
    bringAll(await answer.text());
    since = new Date();
    told = false;
    say(here, "Live");
  } catch {
    say(here, `Paused, figures of ${clock.format(since)}`);
  } finally {
    asking = false;
  }
}

async function keepUp() {
  clearTimeout(timer);
  await ask();
  later();
}

function later() {
  clearTimeout(timer);
  const here = mark();
  if (here && !document.hidden) timer = setTimeout(keepUp, Number(here.dataset.liveEvery) * 1000);
}

document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : keepUp()));

if (mark()) say(mark(), "Live");
later();
