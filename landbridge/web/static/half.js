// A line that breaks in the middle of a form: half a form is not typed into, and is fetched again when the line is back.
// It does not wait for the end of the page, which never comes: Chromium goes on "loading" such a page for ever.
"use strict";

(() => {
  const STILL = 5; // Looks without anything new, on a line that answers.
  const tries = `half:${location.pathname}`;
  const isHalf = () => !document.querySelector("#write [name=_end]");
  const parts = () => document.getElementsByTagName("*").length;
  let seen = 0;
  let still = 0;
  let wait = 500;

  // What was typed into it lies where write.js looks for it.
  const keep = (form) => {
    const field = (name) => form.elements.namedItem(name)?.value;
    const key = `write:${location.pathname}`;
    try {
      const held = JSON.parse(localStorage.getItem(key) || "{}");
      const body = new URLSearchParams(held.section === field("_section") && held.language === field("_language") ? held.body : "");
      const typed = [...form.elements].filter((one) => one.matches("input[type=text], textarea") && one.name && one.value !== one.defaultValue);
      for (const one of typed) body.set(one.name, one.value);
      if (typed.length) localStorage.setItem(key, JSON.stringify({ at: Date.now(), section: field("_section"), language: field("_language"), body: body.toString() }));
    } catch { /* No store. */ }
  };
  const stop = () => {
    const form = document.getElementById("write");
    if (!form || form.inert) return;
    form.inert = true;
    keep(form);
    const told = document.createElement("p");
    told.className = "notice";
    told.setAttribute("role", "status");
    told.setAttribute("data-status", "");
    told.textContent = form.dataset.failed;
    form.before(told);
  };
  const again = async () => {
    const before = parts();
    const answer = await fetch(location.href, { method: "HEAD", cache: "no-store", credentials: "same-origin" }).catch(() => null);
    if (!isHalf() || parts() !== before) return false; // It came after all.
    stop();
    if (!answer || answer.status >= 500) return false;
    let times = 0;
    try {
      times = Number(sessionStorage.getItem(tries));
      sessionStorage.setItem(tries, times + 1);
    } catch { /* As above. */ }
    setTimeout(() => location.reload(), Math.min(times * 2000, 30000)); // At once, unless it came in halves before.
    return true;
  };
  const look = async () => {
    if (!isHalf()) {
      try { sessionStorage.removeItem(tries); } catch { /* As above. */ }
      const form = document.getElementById("write");
      if (form.inert) location.reload();
      return;
    }
    still = parts() === seen ? still + 1 : 0;
    seen = parts();
    if (document.readyState !== "loading" || still >= STILL) {
      if (await again()) return;
      wait = Math.min(wait * 1.5, 15000);
    }
    setTimeout(look, wait);
  };
  setTimeout(look, wait);
})();
