// Enhancements only: every task works without this file.
"use strict";

// The key / brings the reader to the first field of the page.
document.addEventListener("keydown", (event) => {
  const at = event.target;
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return;
  const field = document.querySelector("main input[type=search], main textarea");
  if (field) {
    event.preventDefault();
    field.focus();
  }
});

// A tree or list that narrows while one types, in any language: it is all on the page already.
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

for (const field of document.querySelectorAll("input[data-filter]")) {
  const list = document.querySelector(field.dataset.filter);
  if (!list) continue;
  const items = [...list.querySelectorAll("li")].map((item) => ({
    item,
    words: plain((item.dataset.words || "") + " " + (item.querySelector("a") || item).textContent),
    inside: item.querySelector("li") !== null,
  }));
  const sections = [...list.querySelectorAll("section")];
  field.addEventListener("input", () => {
    const asked = plain(field.value);
    for (const { item, words, inside } of items) {
      item.hidden = asked !== "" && !words.includes(asked);
      if (inside && asked !== "") item.querySelector("details").open = true;
    }
    // A term that is shown brings the terms above it with it.
    for (const { item } of items) {
      if (item.hidden) continue;
      for (let above = item.parentElement.closest("li"); above; above = above.parentElement.closest("li")) {
        above.hidden = false;
      }
    }
    for (const section of sections) section.hidden = !section.querySelector("li:not([hidden])");
  });
}
