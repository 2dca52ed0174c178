/* Search in a folder of pages: every word must stand in a record, whatever its accents and its case. */
"use strict";
(function () {
  const box = document.getElementById("search");
  const field = document.getElementById("q");
  const list = document.getElementById("found");
  const told = document.getElementById("told");
  const most = 60;
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().normalize("NFKC");
  let texts = null;

  const row = (record) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = record[0];
    link.textContent = record[1];
    link.lang = record[2];
    link.dir = /^(ar|fa|ur|he|ps|sd|ug|dv|ckb)/.test(record[2]) ? "rtl" : "ltr";
    const meta = document.createElement("span");
    meta.className = "meta";
    for (const part of [record[3], record[4]]) {
      if (part) {
        const span = document.createElement("span");
        span.textContent = part;
        meta.append(span);
      }
    }
    item.append(link, " ", meta);
    return item;
  };

  const look = () => {
    texts = texts || RECORDS.map((record) => [plain(record[1]), plain(record.slice(3).join(" "))]);
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    const found = [];
    texts.forEach(([title, rest], at) => {
      if (words.length && words.every((word) => title.includes(word) || rest.includes(word))) {
        found.push([words.filter((word) => title.includes(word)).length, at]);
      }
    });
    found.sort((one, other) => other[0] - one[0] || one[1] - other[1]);
    list.replaceChildren(...found.slice(0, most).map((hit) => row(RECORDS[hit[1]])));
    told.textContent = words.length ? told.dataset.words.replace("0", found.length) : "";
  };

  box.hidden = false;
  document.getElementById("without").hidden = true;
  field.addEventListener("input", look);
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) {
    field.value = asked;
    look();
  }
})();
