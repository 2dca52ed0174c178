// Records of a clearing-house on any site: no frame, no cookie, and every text comes in as text.
(() => {
  "use strict";
  const base = new URL("../", document.currentScript.src).href;
  const style = `
:host{display:block;color:#1c2a24;color:light-dark(#1c2a24,#e9ede6);background:#fbfaf5;background:light-dark(#fbfaf5,#17211d);border:1px solid #d8d9cf;border-color:light-dark(#d8d9cf,#3a4841);border-radius:4px;padding:16px;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans Arabic","PingFang SC","Microsoft YaHei",sans-serif;overflow-wrap:break-word}
:host([data-landbridge-look=light]){color-scheme:light}:host([data-landbridge-look=dark]){color-scheme:dark}
*{box-sizing:border-box}[lang=ar]{line-height:1.8}[lang=zh]{line-height:1.7}
.h{font-size:1.2em;font-weight:600;margin:0 0 12px}p{margin:4px 0}
ul{list-style:none;margin:0;padding:0}li{padding-block:10px;border-block-start:1px solid #d8d9cf;border-block-start-color:light-dark(#d8d9cf,#3a4841)}
li ul{margin-block-start:4px;padding-inline-start:1.2em;list-style:disc}li li{border:0;padding:0;font-size:.94em}
a{color:#0a5f5b;color:light-dark(#0a5f5b,#8ad8cf)}li>a{font-weight:600}
.m{display:flex;flex-wrap:wrap;gap:0 .8em;font-size:.88em;color:#4c5a53;color:light-dark(#4c5a53,#b6c2ba)}
label{display:block;font-weight:600;margin-block-end:6px}
textarea{inline-size:100%;font:inherit;color:inherit;background:transparent;border:1px solid #78857e;border-radius:4px;padding:8px}
button{font:inherit;font-weight:600;min-block-size:44px;margin-block:8px;padding:8px 16px;border:0;border-radius:4px;color:#fff;color:light-dark(#fff,#17211d);background:#9c3f1b;background:light-dark(#9c3f1b,#f0a37f)}
:focus-visible{outline:3px solid #5b3fd0;outline-color:light-dark(#5b3fd0,#b9a7ff);outline-offset:2px}`;

  const make = (name, attributes = {}, ...inside) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value) element.setAttribute(key, value);
    element.append(...inside.filter(Boolean));
    return element;
  };
  const link = (href, text, more = {}) => make("a", { href: /^https?:/.test(href) ? href : base, ...more }, text);

  const ask = async (kind, host, more = {}) => {
    const query = new URLSearchParams(more);
    const tongue = host.dataset.landbridgeLang || (host.closest("[lang]") || { lang: "" }).lang;
    query.set("lang", tongue.split("-")[0].toLowerCase());
    for (const name of ["type", "place", "q", "limit", "support", "theme", "target", "ecosystem", "sort"]) {
      const said = host.getAttribute(`data-landbridge-${name}`) || "";
      for (const one of name === "q" ? [said] : said.split(",")) if (one.trim()) query.append(name, one.trim());
    }
    const answer = await fetch(`${base}embed/${kind}.json?${query}`, { credentials: "omit", referrerPolicy: "no-referrer" });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };

  const item = (one) => make("li", {},
    link(one.url, one.title, { lang: one.language, dir: one.direction }),
    make("p", { class: "m" }, ...[one.type, one.places, one.provider, one.note].filter(Boolean).map((text) => make("bdi", {}, text)), ...one.labels.map((label) => link(label.url, label.name, { lang: "en", dir: "ltr" }))),
    one.text && make("p", { lang: one.language, dir: one.direction }, one.text),
    one.reasons && make("ul", {}, ...one.reasons.map((reason) => make("li", {}, reason))));
  const found = (told) => [
    told.items.length ? make("ul", {}, ...told.items.map(item)) : make("p", {}, told.nothing),
    make("p", {}, link(told.more, told.more_label))];

  const shadow = (host, told) => {
    const root = host.attachShadow({ mode: "open" });
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
      root.adoptedStyleSheets = [sheet];
    } catch { root.append(make("style", {}, style)); }
    const level = host.dataset.landbridgeLevel;
    const part = make("section", { lang: told.language, dir: told.direction, "aria-label": told.title });
    if (told.items) part.append(make("p", { class: "h", role: "heading", "aria-level": /^[1-6]$/.test(level) ? level : "2" }, told.title));
    root.append(part);
    return part;
  };
  const show = {
    list: async (host) => { const told = await ask("list", host); shadow(host, told).append(...found(told)); },
    match: async (host) => {
      const told = await ask("match", host);
      const field = make("textarea", { id: "need", rows: "3", maxlength: "1500", required: "required" });
      const results = make("div", { role: "status" });
      const form = make("form", { action: told.more }, make("label", { for: "need" }, told.title), field, make("button", {}, told.button));
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const need = field.value.trim();
        if (!need) return;
        results.setAttribute("aria-busy", "true");
        try { results.replaceChildren(...found(await ask("match", host, { need }))); }
        catch { results.replaceChildren(link(`${told.more}&need=${encodeURIComponent(need)}`, told.more_label)); }
        results.removeAttribute("aria-busy");
      });
      shadow(host, told).append(form, results);
    },
  };

  const start = () => {
    for (const host of document.querySelectorAll("[data-landbridge]:not([data-landbridge-shown])")) {
      const draw = show[host.dataset.landbridge];
      host.setAttribute("data-landbridge-shown", "");
      // Without an answer the link inside stays what it is.
      if (draw && host.attachShadow) draw(host).catch(() => host.removeAttribute("data-landbridge-shown"));
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
