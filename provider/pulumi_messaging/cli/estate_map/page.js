"use strict";
const by = (id) => document.getElementById(id);
const query = by("query"), mark = by("mark");
const entries = [...document.querySelectorAll(".entry")].map((element) => ({
  element,
  marks: element.dataset.marks.split(","),
  text: [...element.querySelectorAll("h3, dd, .mark")].map((each) => each.textContent).join("\n").toLowerCase(),
  all: element.querySelector(".all"),
  blocks: [...element.querySelectorAll(".block")].map((block) => ({
    element: block,
    items: [...block.querySelectorAll("li")].map((item) => ({ element: item, number: item.textContent })),
  })),
}));
const details = [...document.querySelectorAll("details")];
const MOST_OPENED = 300; // numbers that a search opens by itself
let before = null; // what was open before the search

function hide(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

// The part of a number that is looked for: "+1 (555) 010" is "1555010".
function digits(text) {
  const plain = text.replace(/[\s().+/-]/g, "");
  return /^\d+$/.test(plain) ? plain : null;
}

function search() {
  const text = query.value.trim().toLowerCase(), part = digits(text);
  if (text && before === null) before = details.map((each) => each.open);
  let receivers = 0, numbers = 0;
  const found = [];
  for (const entry of entries) {
    const whole = !text || entry.text.includes(text);
    let here = 0;
    for (const block of entry.blocks) {
      block.hits = 0;
      for (const item of block.items) {
        const fits = whole || (part !== null && item.number.includes(part));
        hide(item.element, !fits);
        block.hits += fits;
      }
      hide(block.element, !block.hits);
      here += block.hits;
    }
    const shown = (whole || here > 0) && (!mark.value || entry.marks.includes(mark.value));
    hide(entry.element, !shown);
    if (!shown) continue;
    receivers += 1;
    numbers += here;
    if (!whole) found.push(entry);
  }
  unfold(text, found);
  for (const section of document.querySelectorAll("section")) hide(section, !section.querySelector(".entry:not([hidden])"));
  hide(by("nothing"), receivers > 0);
  by("found").textContent = `${receivers.toLocaleString("en")} shown, ${numbers.toLocaleString("en")} numbers`;
}

// A search opens what it found, where that is not too much; without one everything is as it was before.
function unfold(text, found) {
  if (before !== null) details.forEach((each, at) => { each.open = before[at]; });
  if (!text) before = null;
  let left = MOST_OPENED;
  for (const { all, blocks } of found) {
    if (all) all.open = true;
    for (const block of blocks) {
      if (block.hits && block.hits <= left) {
        block.element.open = true;
        left -= block.hits;
      }
    }
  }
}

function clear() {
  query.value = "";
  search();
  query.focus();
}

query.addEventListener("input", search);
mark.addEventListener("change", search);
by("open").addEventListener("click", () => { for (const each of details) each.open = true; });
by("close").addEventListener("click", () => { for (const each of details) each.open = false; });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && (query.value || event.target === query)) clear();
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select")) return;
  event.preventDefault();
  query.focus();
});
by("tools").hidden = entries.length === 0;
search();
