// The page: its header, its three views, and what the address says of which to show.
import { elsewhere, go, hrefOf, onChange, open, read, setAddressLanguage } from "./address.js";
import { discover } from "./discover.js";
import { language, otherTheme, setLanguage, theme } from "./preferences.js";
import { combobox } from "./search.js";
import { statistics } from "./statistics.js";
import { t } from "./texts.js";
import { user } from "./user.js";

const VIEWS = { "": discover, usuario: user, estadisticas: statistics };
const main = document.getElementById("main");
const field = document.getElementById("q");
const hero = document.getElementById("hero");

function label() {
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  field.placeholder = t("searchHint");
  const other = document.getElementById("language");
  other.textContent = language() === "es" ? "EN" : "ES";
  other.lang = language() === "es" ? "en" : "es";
  other.setAttribute("aria-label", language() === "es" ? t("toEnglish") : t("toSpanish"));
  const colours = document.getElementById("theme");
  colours.setAttribute("aria-label", theme() === "dark" ? t("toLight") : t("toDark"));
  colours.title = colours.getAttribute("aria-label");
}

function paint(how = {}) {
  const state = read();
  const known = Object.hasOwn(VIEWS, state.ver);
  const view = known ? VIEWS[state.ver] : discover;
  if (how.moved) field.value = state.texto;
  const busy = Boolean(state.ver || state.pelicula || state.texto || state.gustan.length || state.no_gustan.length);
  hero.classList.toggle("small", busy);
  for (const link of document.querySelectorAll("nav a")) {
    const here = link.dataset.view === (known ? state.ver : "");
    if (here) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    link.href = hrefOf({ ver: link.dataset.view });
  }
  if (known && (state.ver || !busy)) document.title = state.ver ? `${t(state.ver === "usuario" ? "forUser" : "statistics")} · ${t("title")}` : `${t("title")} · ${t("tagline")}`;
  view(main, state, how);
}

function header() {
  document.getElementById("language").addEventListener("click", () => {
    setLanguage(language() === "es" ? "en" : "es");
    setAddressLanguage(language());
    label();
    paint({ fresh: true });
  });
  document.getElementById("theme").addEventListener("click", () => { otherTheme(); label(); });
  for (const link of document.querySelectorAll("nav a")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go(elsewhere({ ver: link.dataset.view }), { moved: true });
    });
  }
  const box = combobox(field, {
    pick: (film) => open(film.id),
    describe: (text) => { go(elsewhere({ texto: text }), { moved: true }); },
  });
  document.getElementById("search").addEventListener("submit", (event) => { event.preventDefault(); box.entered(); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea");
    if (event.key === "/" && !typing) { event.preventDefault(); field.focus(); }
  });
}

label();
header();
onChange((how) => paint(how));
paint();
field.value = read().texto;
if (!location.search) field.focus({ preventScroll: true });
