// The one live region: what was flashed, what htmx could not do, and the event portal:message
// ({"portal:message": {"text": "…", "tone": "good"}} in HX-Trigger). What failed stays; the rest goes after a while.

const region = () => document.getElementById("messages");

function leaveLater(message) {
  if (["bad", "warn"].includes(message.dataset.tone)) return;
  const wait = message.querySelector("form, a, .message-text button") ? 20000 : 7000;
  const leave = () => {
    if (message.matches(":hover, :focus-within")) setTimeout(leave, 2000);
    else message.remove();
  };
  setTimeout(leave, wait);
}

export function say(text, tone = "info") {
  const template = document.getElementById("message-template");
  if (!region() || !template) return;
  const message = template.content.firstElementChild.cloneNode(true);
  message.classList.replace("message-info", `message-${tone}`);
  message.dataset.tone = tone;
  message.querySelector(".message-text").textContent = text;
  // The same words twice would only pile up.
  for (const other of region().children) {
    if (other.querySelector(".message-text").textContent === text) other.remove();
  }
  region().append(message);
  leaveLater(message);
}

document.addEventListener("click", (event) => {
  const message = event.target.closest?.("[data-dismiss]")?.closest(".message");
  if (!message) return;
  const next = message.nextElementSibling ?? message.previousElementSibling;
  message.remove();
  (next?.querySelector("[data-dismiss]") ?? document.getElementById("main"))?.focus({ preventScroll: true });
});

document.addEventListener("portal:message", (event) => {
  const { text, tone, value } = event.detail ?? {};
  if (text ?? value) say(text ?? value, tone);
});

document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  say(status === 503 ? "The portal is busy just now. Try again in a moment."
    : `The portal could not do that (status ${status}). Nothing on this page has changed; try again in a moment.`, "bad");
});
document.addEventListener("htmx:sendError", () => say("The portal cannot be reached. Look at the connection and try again.", "bad"));
document.addEventListener("htmx:timeout", () => say("The portal took too long to answer. Try again in a moment.", "bad"));

// What stood there when the page came is put in once more, so that it is spoken too.
for (const message of [...(region()?.children ?? [])]) {
  message.remove();
  region().append(message);
  leaveLater(message);
}
