// Search as you type: a combobox after the ARIA Authoring Practices, asked at each keystroke.
import { ask, address } from "./asking.js";
import { el } from "./dom.js";
import { poster } from "./poster.js";
import { faultPanel } from "./states.js";
import { number, t } from "./texts.js";

const SUGGESTED = 7;
const MISSPELT = 0.3; // edits for each letter up to which what was typed is a title; else it describes
const WORKING_AFTER_MS = 300;

// Edits from `text` to the nearest beginning of `name` (Sellers' variant of Levenshtein's distance).
function edits(text, name) {
  let row = Array.from({ length: name.length + 1 }, (_, j) => j);
  for (let i = 1; i <= text.length; i++) {
    const next = [i];
    for (let j = 1; j <= name.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (text[i - 1] !== name[j - 1]));
    row = next;
  }
  return Math.min(...row);
}

// Whether a film's title, from its start or from one of its words on, is what was typed, give or take a slip.
const isMeant = (film, text) =>
  [film.titulo, ...film.titulos_alternativos].map(folded).some((name) =>
    [...name.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu)].some(({ index }) => edits(text, name.slice(index, index + text.length + 4)) <= MISSPELT * text.length));

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

// A field with its list. `pick(film)` is told of a film, `describe(text)` (if any) of a description.
export function combobox(input, { pick, describe = null }) {
  const list = el("ul", { role: "listbox", class: "suggestions", id: `${input.id}-list`, hidden: true });
  const told = el("p", { class: "unseen", role: "status" });
  const trouble = el("div", { class: "trouble" });
  input.after(list, told, trouble);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off", spellcheck: "false", maxlength: "200" })) {
    input.setAttribute(name, value);
  }
  let control = null, options = [], active = -1, answered = "", working = 0;

  function close() {
    control?.abort();
    clearTimeout(working);
    options = [];
    mark(-1);
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    told.textContent = "";
  }

  function mark(place) {
    active = place;
    options.forEach((option, i) => option.node.setAttribute("aria-selected", String(i === place)));
    if (place < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", options[place].node.id);
    options[place].node.scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    close();
    option.act();
  }

  function paint(text, films) {
    const chosen = options[active]?.film?.id; // stays chosen where an answer comes after the arrow key
    options = films.map((film) => ({ film, node: filmOption(film, text), act: () => { input.value = film.titulo; pick(film); } }));
    if (describe) options.push({ node: el("li", { class: "describe" }, t("describe", text)), act: () => describe(text) });
    options.forEach((option, i) => {
      option.node.id = `${list.id}-${i}`;
      option.node.setAttribute("role", "option");
      option.node.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
      option.node.addEventListener("click", () => choose(option));
    });
    list.replaceChildren(...(films.length || describe ? [] : [el("li", { class: "hint", role: "presentation" }, t("noTitle"))]), ...options.map((option) => option.node));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(options.findIndex((option) => option.film && option.film.id === chosen));
    told.textContent = films.length ? t("found", films.length) : t("noTitle");
    answered = text;
  }

  async function suggest() {
    const text = input.value.trim();
    control?.abort();
    clearTimeout(working);
    trouble.replaceChildren();
    if (!text) return close();
    working = setTimeout(() => { if (list.hidden) { list.replaceChildren(el("li", { class: "hint", role: "presentation" }, t("loading"))); list.hidden = false; } }, WORKING_AFTER_MS);
    control = new AbortController();
    const { signal } = control;
    try {
      const { resultados } = await ask(address("v1/peliculas", { q: text, k: SUGGESTED }), { signal });
      clearTimeout(working);
      if (!signal.aborted) paint(text, resultados);
    } catch (fault) {
      if (signal.aborted) return;
      close();
      trouble.replaceChildren(faultPanel(fault, () => { input.focus(); suggest(); }));
    }
  }

  // Enter without a choice: the title that was begun, or else what is described.
  async function entered() {
    const text = input.value.trim();
    if (!text) return;
    if (answered !== text || list.hidden) await suggest();
    if (answered !== text) return;
    const [first] = options;
    const option = describe && !(first?.film && isMeant(first.film, folded(text))) ? options.at(-1) : first;
    if (option) choose(option);
  }

  input.addEventListener("input", suggest);
  input.addEventListener("focus", () => { if (input.value.trim() && list.hidden && document.activeElement === input) input.select(); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (active >= 0) choose(options[active]); else entered();
    } else if (event.key === "Escape") {
      event.preventDefault(); // a search field would empty itself at the first
      if (list.hidden) input.value = "";
      close();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      if (list.hidden) { suggest(); return; }
      const step = event.key === "ArrowDown" ? 1 : -1;
      const places = options.length + 1; // the field itself is one
      mark(((active + 1 + step + places) % places) - 1);
    }
  });
  return { close, entered };
}

function filmOption(film, text) {
  const typed = folded(text);
  const alias = folded(film.titulo).includes(typed) ? null : film.titulos_alternativos.find((name) => folded(name).includes(typed));
  return el(
    "li", { class: "option" }, poster(film),
    el("span", { class: "grow" }, el("b", {}, film.titulo), alias ? el("small", {}, ` ${t("also", alias)}`) : null),
    el("span", { class: "hint" }, String(film.anio)),
    el("span", { class: "unseen" }, `, ${t("votes", number(film.voto_total))}`),
  );
}
