// Enhancements of the form: it saves by itself, suggests while one types, and keeps what was typed on the device.
"use strict";

const form = document.getElementById("write");
const say = (name, values = {}) => Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), form.dataset[name] || "");
const clock = () => new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" }).format(new Date());
const make = (tag, attributes = {}, text = "") => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
};

// What lies on the device for long is of no more use, and others may use the device.
try {
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith("write:"))) {
    if (Date.now() - (JSON.parse(localStorage.getItem(name)).at || 0) > 7 * 24 * 3600 * 1000) localStorage.removeItem(name);
  }
} catch { /* No store, nothing to tidy. */ }

// Saving by itself -----------------------------------------------------------------------------------------------
// Half a form, of which a broken line did not bring the end, is never sent: half.js fetches it again.
if (form && form.elements.namedItem("_end")) {
  const status = form.querySelector("[data-status]");
  const field = (name) => form.elements.namedItem(name);
  const key = `write:${location.pathname}`;
  const quiet = 1500;
  let timer = 0;
  let wait = quiet;
  let busy = false;
  let dirty = new Set();
  let stopped = false;

  const was = () => JSON.parse(field("_was").value || "{}");
  const setWas = (values) => { field("_was").value = JSON.stringify(values); };
  const pieceOf = (name) => {
    if (!name || name.startsWith("_")) return "";
    const known = was();
    if (name in known) return name;
    return Object.keys(known).find((path) => name.startsWith(`${path}.`)) || "";
  };
  const snapshot = () => {
    const data = new FormData(form);
    const body = new URLSearchParams();
    for (const [name, value] of data) if (typeof value === "string" && name !== "csrfmiddlewaretoken") body.append(name, value);
    return body;
  };
  const store = (submitted = false) => {
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), submitted, writer: field("_writer").value, number: Number(field("_saved").value), section: field("_section").value, language: field("_language").value, body: snapshot().toString() }));
    } catch { /* A full or forbidden store: the server still has what was saved. */ }
  };
  const forget = () => { try { localStorage.removeItem(key); } catch { /* as above */ } };

  const send = async () => {
    if (busy || stopped || !dirty.size) return;
    busy = true;
    const sent = dirty;
    dirty = new Set();
    const body = snapshot();
    const known = was();
    for (const piece of sent) if (!known[piece].endsWith("?")) known[piece] += "?";
    setWas(known); // Until the server answers, it may have them or not.
    field("_saved").value = Number(field("_saved").value) + 1;
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body, keepalive: body.toString().length < 60000, credentials: "same-origin", headers: { Accept: "application/json", "X-CSRFToken": field("csrfmiddlewaretoken").value } });
      if (answer.ok) {
        const told = await answer.json();
        const now = was();
        for (const piece of sent) if (!dirty.has(piece) && piece in told.was) now[piece] = told.was[piece];
        setWas(now);
        field("_saved").value = Math.max(told.number, Number(field("_saved").value));
        wait = quiet;
        status.textContent = say("saved", { time: clock() });
        if (!dirty.size) forget();
      } else if (answer.status === 409) {
        stopped = true;
        status.textContent = say("clash");
      } else if ([401, 403, 404, 410].includes(answer.status)) {
        stopped = true;
        status.textContent = say("ended");
      } else throw new Error(String(answer.status));
    } catch {
      for (const piece of sent) dirty.add(piece);
      status.textContent = say("failed");
      wait = Math.min(wait * 2, 30000);
      plan();
    }
    busy = false;
    if (dirty.size) plan();
  };
  const plan = () => { clearTimeout(timer); timer = setTimeout(send, wait); };
  const changed = (name) => {
    const piece = pieceOf(name);
    if (!piece) return;
    dirty.add(piece);
    store();
    if (!stopped) plan();
  };
  form.addEventListener("input", (event) => { if (event.target.type !== "file") changed(event.target.name); });
  form.addEventListener("change", (event) => { if (event.target.type !== "file") changed(event.target.name); });
  form.changed = changed;
  addEventListener("online", () => { wait = quiet; send(); });
  addEventListener("pagehide", () => { if (dirty.size && !busy) send(); });
  form.addEventListener("submit", () => { clearTimeout(timer); stopped = true; store(true); });

  // What was typed on this device and did not arrive.
  const kept = document.querySelector("[data-kept]");
  const restore = () => {
    let held = null;
    try { held = JSON.parse(localStorage.getItem(key)); } catch { return; }
    if (held?.submitted && held.writer === form.dataset.writer && Number(field("_saved").value) > held.number) return forget(); // It arrived.
    if (!held || held.section !== field("_section").value || held.language !== field("_language").value) return;
    const old = new URLSearchParams(held.body);
    const now = snapshot();
    const typed = [...new Set([...old.keys(), ...now.keys()])].filter((name) => pieceOf(name));
    const same = (name) => old.getAll(name).filter(Boolean).join("\n") === now.getAll(name).filter(Boolean).join("\n");
    const different = typed.filter((name) => !same(name) && old.has(name));
    if (!different.length) return forget();
    kept.querySelector("p").textContent = say("again", { time: new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(held.at) });
    kept.hidden = false;
    kept.querySelector("[data-leave]").addEventListener("click", () => { forget(); kept.hidden = true; });
    kept.querySelector("[data-use]").addEventListener("click", () => {
      for (const name of different) fill(name, old.getAll(name));
      kept.hidden = true;
      for (const name of different) changed(name);
    });
  };
  const fill = (name, values) => {
    const there = [...form.elements].filter((one) => one.name === name);
    for (const one of there) {
      if (one.type === "checkbox" || one.type === "radio") one.checked = values.includes(one.value);
      else if (one.type !== "hidden") one.value = values.at(-1) ?? "";
    }
    const picker = document.getElementById(`f-${name}`);
    if (picker && picker.matches(".picker")) {
      for (const value of values) if (value && !there.some((one) => one.value === value)) addTag(picker, name, value, value);
    }
  };
  restore();

  // Is it there already? -------------------------------------------------------------------------------------------
  const title = document.getElementById("f-title");
  if (title) {
    let later = 0;
    title.addEventListener("input", () => {
      clearTimeout(later);
      later = setTimeout(async () => {
        if (title.value.trim().length < 3) return;
        const answer = await fetch(`${form.dataset.alike}?title=${encodeURIComponent(title.value)}`).catch(() => null);
        if (answer && answer.ok) warn(await answer.json());
      }, 900);
    });
    const warn = (found) => {
      document.querySelector("[data-alike-list]")?.remove();
      if (!found.length) return;
      const box = make("div", { class: "notice alike", "data-alike-list": "", role: "status" });
      const list = make("ul");
      for (const one of found) {
        const line = make("li");
        line.append(make("a", { href: one.url, lang: one.language, target: "_blank", rel: "noopener" }, one.title));
        list.append(line);
      }
      box.append(make("p", {}, say("same")), list);
      title.closest(".q").append(box);
    };
  }

  // Suggestions while one types: a combobox as the ARIA practices describe it ----------------------------------------
  let count = 0;
  const suggest = (input, address, choose) => {
    const list = make("ul", { class: "options", role: "listbox", id: `options-${count += 1}`, hidden: "" });
    input.parentElement.classList.add("with-options");
    input.after(list);
    for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", list.id], ["aria-autocomplete", "list"]]) input.setAttribute(name, value);
    const told = make("span", { class: "hidden", role: "status" });
    list.after(told);
    let found = [];
    let at = -1;
    let later = 0;
    let asked = "";
    const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const mark = (next) => {
      at = (next + found.length) % found.length;
      [...list.children].forEach((line, index) => line.setAttribute("aria-selected", index === at));
      list.children[at].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", list.children[at].id);
    };
    const open = () => {
      list.replaceChildren(...found.map((one, index) => {
        const line = make("li", { role: "option", id: `${list.id}-${index}`, "aria-selected": "false" }, one.label);
        line.addEventListener("mousedown", (event) => { event.preventDefault(); take(index); });
        return line;
      }));
      if (!found.length) list.append(make("li", { class: "none" }, say("nothing")));
      told.textContent = found.length ? say("found", { count: found.length }) : say("nothing");
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
    };
    const take = (index) => { const one = found[index]; close(); choose(one); };
    input.addEventListener("input", () => {
      clearTimeout(later);
      const text = input.value.trim();
      if (text.length < 2 && !/[^\u0000-\u02ff]/.test(text)) return close();
      later = setTimeout(async () => {
        asked = text;
        const answer = await fetch(`${address}${address.includes("?") ? "&" : "?"}q=${encodeURIComponent(text)}`).catch(() => null);
        if (!answer || !answer.ok || asked !== text) return;
        found = await answer.json();
        open();
      }, 250);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && !list.hidden && found.length) { event.preventDefault(); mark(at + 1); }
      else if (event.key === "ArrowUp" && !list.hidden && found.length) { event.preventDefault(); mark(at - 1); }
      else if (event.key === "Enter" && !list.hidden && at >= 0) { event.preventDefault(); take(at); }
      else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
    });
    input.addEventListener("blur", close);
  };
  const addTag = (picker, path, value, label) => {
    const box = [...picker.querySelectorAll(`input[name="${CSS.escape(path)}"]`)].find((one) => one.value === value);
    if (box) box.checked = true;
    else {
      const tag = make("label", { class: "check chosen" });
      const input = make("input", { type: "checkbox", name: path, value });
      input.checked = true;
      tag.append(input, " ", make("span", {}, label));
      (picker.querySelector("[data-chosen]") || picker).append(tag);
    }
  };
  for (const input of form.querySelectorAll("input[data-look]")) {
    const path = input.name.replace(/\.find$/, "");
    const picker = document.getElementById(`f-${path}`);
    suggest(input, input.dataset.look, (one) => {
      addTag(picker, path, one.id, one.label);
      input.value = "";
      changed(path);
    });
  }
  const withRecord = (input) => suggest(input, input.dataset.record, (one) => {
    input.value = one.label;
    const path = input.name.replace(/\.name$/, ".record");
    let hidden = form.querySelector(`input[type="hidden"][name="${CSS.escape(path)}"]`);
    if (!hidden) input.after(hidden = make("input", { type: "hidden", name: path }));
    hidden.value = one.id;
    changed(input.name);
  });
  for (const input of form.querySelectorAll("input[data-record]")) withRecord(input);
  form.addEventListener("input", (event) => {
    if (event.target.dataset.record) form.querySelector(`input[type="hidden"][name="${CSS.escape(event.target.name.replace(/\.name$/, ".record"))}"]`)?.remove();
  });

  // One more row without a new page ----------------------------------------------------------------------------------
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const path = button?.value.startsWith("add:") ? button.value.slice(4) : "";
    const rows = path && form.querySelector(`[data-rows="${CSS.escape(path)}"]`);
    if (!rows || !rows.lastElementChild) return;
    event.preventDefault();
    const last = rows.lastElementChild;
    const from = `${path}.${last.id.slice(`f-${path}.`.length)}`;
    const to = `${path}.${Number(from.slice(path.length + 1)) + 1}`;
    const row = last.cloneNode(true);
    for (const gone of row.querySelectorAll(".row-handles, .found, .options, .error, [role=status], input[type=hidden][name$='.record']")) gone.remove();
    for (const one of [row, ...row.querySelectorAll("*")]) {
      for (const name of ["id", "name", "for", "aria-describedby", "data-rows"]) {
        const value = one.getAttribute(name);
        if (value) one.setAttribute(name, value.split(" ").map((part) => part.replace(from, to)).join(" "));
      }
      if (one.matches("input[type=checkbox], input[type=radio]")) one.checked = one.type === "radio" && one.value === "";
      else if (one.matches("input, textarea, select")) one.value = "";
      if (one.dataset.record) for (const name of ["role", "aria-expanded", "aria-controls", "aria-activedescendant"]) one.removeAttribute(name);
    }
    rows.append(row);
    for (const input of row.querySelectorAll("input[data-record]")) withRecord(input);
    row.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  });

  // A point shows on its map while it is typed -------------------------------------------------------------------------
  const degrees = (input, most) => {
    const text = input.value.trim().replace(",", ".").replace("\u2212", "-");
    const number = text ? Number(text) : NaN;
    return Math.abs(number) <= most ? number : NaN;
  };
  for (const place of form.querySelectorAll("[data-spot]")) {
    const [south, east] = ["latitude", "longitude"].map((part) => field(`${place.dataset.spot}.${part}`));
    const map = place.querySelector("svg");
    const draw = () => {
      const [latitude, longitude] = [degrees(south, 90), degrees(east, 180)];
      const typed = !Number.isNaN(latitude + longitude);
      map.toggleAttribute("hidden", !typed);
      if (!typed) return;
      const [x, y] = [longitude * 10, -latitude * 10];
      map.setAttribute("viewBox", `${Math.round(x - 350)} ${Math.round(Math.min(Math.max(y - 175, -900), 550))} 700 350`);
      map.querySelector("circle").setAttribute("cx", x);
      map.querySelector("circle").setAttribute("cy", y);
    };
    for (const input of [south, east]) input.addEventListener("input", draw);
  }

  // The list of what is wrong is read first.
  document.getElementById("errors")?.focus();
}
