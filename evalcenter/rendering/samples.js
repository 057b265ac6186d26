/* Search, filter, sort and open the samples. The page is complete without it; it reads only what the page shows. */
"use strict";
for (const box of document.querySelectorAll(".samples")) {
  const STEP = 100; // rows in the page at a time: a browser takes long to lay out thousands, and a reader to scroll past them
  const list = box.querySelector("ol");
  const rows = Array.from(list.children);
  const tools = box.querySelector(".tools");
  const status = box.querySelector(".shown");
  const further = box.querySelector(".further");
  const [search, ...filters] = tools.querySelectorAll("input, select");
  const [open, close, clear] = tools.querySelectorAll("button");
  const heads = Array.from(box.querySelectorAll("[data-sort]"));
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const folded = (text) => text.normalize("NFKC").toLowerCase();
  let texts = null; // what each row says, read when somebody first searches
  let found = rows;
  let timer = 0;

  function fits(row, chosen, words) {
    for (const [name, value] of chosen) if (!` ${row.dataset[name]} `.includes(` ${value} `)) return false;
    if (!words.length) return true;
    texts ||= new Map(rows.map((each) => [each, folded(each.textContent)]));
    return words.every((word) => texts.get(row).includes(word));
  }

  function filter() {
    const chosen = filters.filter((one) => one.value).map((one) => [one.name, one.value]);
    const words = folded(search.value).split(/\s+/).filter(Boolean);
    clear.disabled = !chosen.length && !words.length;
    found = rows.filter((row) => fits(row, chosen, words));
    list.replaceChildren();
    more();
  }

  function more() {
    const before = list.children.length;
    list.append(...found.slice(before, before + STEP));
    further.hidden = found.length <= before + STEP;
    const by = heads.find((head) => head.dataset.way);
    const figures = { n: found.length, all: rows.length, m: list.children.length, by: by?.textContent };
    const words = [box.dataset.found, further.hidden ? "" : box.dataset.first, by ? box.dataset[by.dataset.way] : ""].join("");
    status.textContent = words.replace(/\{(\w+)\}/g, (_, name) => figures[name].toLocaleString("en"));
  }

  function sort(head) {
    const by = head.dataset.sort;
    const way = head.dataset.way === "up" ? "down" : "up";
    for (const other of heads) delete other.dataset.way;
    head.dataset.way = way;
    const keys = new Map(rows.map((row) => [row, row.dataset[by] ?? row.querySelector(`.${by}`).textContent]));
    const turn = way === "up" ? 1 : -1;
    rows.sort((one, other) => turn * collator.compare(keys.get(one), keys.get(other)) || one.dataset.position - other.dataset.position);
    filter();
  }

  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(head));
    head.replaceChildren(button);
  }
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(filter, 120);
  });
  for (const one of filters) one.addEventListener("change", filter);
  const turn = (isOpen) => () => Array.from(list.children).forEach((row) => { row.firstElementChild.open = isOpen; });
  open.addEventListener("click", turn(true));
  close.addEventListener("click", turn(false));
  clear.addEventListener("click", () => {
    for (const one of [search, ...filters]) one.value = "";
    filter();
    search.focus();
  });
  further.addEventListener("click", () => {
    const before = list.children.length;
    more();
    list.children[before].querySelector("summary").focus();
  });
  tools.hidden = false;
  filter();
}
