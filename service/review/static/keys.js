// Work the queue and a card from the keyboard. Every key presses a button or follows a link that is on the page, so the
// pages work without this file, too.
"use strict";

const rows = () => Array.from(document.querySelectorAll("tr[data-card]"));
const current = () => document.querySelector('tr[aria-current="true"]');

function say(text) {
  document.getElementById("said").textContent = text;
}

function select(row) {
  if (!row) return;
  for (const other of rows()) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
  const link = row.querySelector("[data-open]");
  link.focus({ preventScroll: true });
  say(row.innerText.replace(/\s+/g, " "));
  sessionStorage.setItem("card", row.dataset.card);
}

function move(step) {
  const all = rows();
  const at = all.indexOf(current());
  select(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))]);
}

function act(key) {
  // In the queue a key is for the selected card and no other; only taking back is for the one before.
  const place = key === "u" ? document : current() || document;
  const form = place.querySelector(`form[data-act="${key}"]`);
  if (form) form.requestSubmit ? form.requestSubmit() : form.submit();
  return Boolean(form);
}

function follow(key) {
  const found = document.querySelector(`[data-key="${key}"]`);
  if (!found) return false;
  if (found.tagName === "DETAILS") {
    found.open = true;
    const field = found.querySelector("select, input:not([type=hidden])");
    if (field) field.focus();
  } else {
    found.click();
  }
  return true;
}

function open(suffix) {
  const row = current();
  if (!row) return;
  const link = row.querySelector("[data-open]");
  location.assign(link.href + (suffix || ""));
}

const does = {
  j: () => move(1),
  k: () => move(-1),
  Enter: () => open(),
  o: () => open(),
  c: () => act("c"),
  s: () => act("s"),
  a: () => act("a"),
  u: () => act("u"),
  e: () => follow("e") || open("#edit"),
  r: () => follow("r") || open("#reject"),
  q: () => follow("q"),
  "/": () => document.getElementById("search").focus(),
  "?": () => follow("?"),
};

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, select, textarea");
  if (event.key === "Escape" && field) {
    field.blur();
    return;
  }
  if (field || event.ctrlKey || event.metaKey || event.altKey || !(event.key in does)) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  event.preventDefault();
  does[event.key]();
});

// A form is sent once: a second press while the answer is on its way does nothing.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) {
    event.preventDefault();
    return;
  }
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("DOMContentLoaded", () => {
  const details = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (details && details.tagName === "DETAILS") follow(details.dataset.key);
  const last = sessionStorage.getItem("card");
  const all = rows();
  if (all.length) select(all.find((row) => row.dataset.card === last) || all[0]);
});
// The queue renews itself; the selected card stays selected.
document.addEventListener("htmx:afterSwap", () => {
  const last = sessionStorage.getItem("card");
  const row = rows().find((each) => each.dataset.card === last);
  if (row) row.setAttribute("aria-current", "true");
});
