// The filters of a list of films: what the catalogue offers to choose from, and what the address says of it.
import { FILTERS, go, read } from "./address.js";
import { askCatalogue } from "./asking.js";
import { button, el } from "./dom.js";
import { languageName, number, t } from "./texts.js";

const LANGUAGES_OFFERED = 40;
const SETTLED_MS = 200;

// How many filters are set.
export const chosen = (state) => FILTERS.filter((name) => (Array.isArray(state[name]) ? state[name].length : state[name])).length;

const NONE = Object.fromEntries(FILTERS.map((name) => [name, ["generos", "plataforma"].includes(name) ? [] : ""]));

// As parameters of an address.
export const asParameters = (state) => ({
  generos: state.generos.join(","), plataforma: state.plataforma.join(","), anio_desde: state.anio_desde, anio_hasta: state.anio_hasta,
  voto_promedio_minimo: state.voto_minimo, idioma: state.idioma, diversidad: state.variedad, max_por_saga: state.una_por_saga ? 1 : "",
});

// As part of the body of POST /v1/recomendaciones.
export function asBody(state) {
  const listed = (list) => (list.length ? list : undefined);
  const counted = (text) => (text === "" ? undefined : Number(text));
  const filters = {
    generos: listed(state.generos), plataforma: listed(state.plataforma), anio_desde: counted(state.anio_desde), anio_hasta: counted(state.anio_hasta),
    voto_promedio_minimo: counted(state.voto_minimo), idioma: state.idioma ? [state.idioma] : undefined,
  };
  return { filtros: filters, diversidad: counted(state.variedad), max_por_saga: state.una_por_saga ? 1 : undefined };
}

export const clearFilters = () => go(NONE, { replace: true });

const set = (changes) => go(changes, { replace: true });

function toggles(name, label, choices) {
  const chips = choices.map(([value, text]) => {
    const pressed = read()[name].includes(value);
    return el("button", {
      type: "button", class: "chip", "aria-pressed": String(pressed),
      onclick: (event) => {
        const now = read()[name];
        const on = now.includes(value);
        event.currentTarget.setAttribute("aria-pressed", String(!on));
        set({ [name]: on ? now.filter((one) => one !== value) : [...now, value] });
      },
    }, text);
  });
  return el("fieldset", {}, el("legend", {}, label), el("div", { class: "chips" }, chips));
}

function settled(act) {
  let timer = 0;
  return (event) => {
    const { target } = event;
    clearTimeout(timer);
    timer = setTimeout(() => act(target), SETTLED_MS);
  };
}

function year(name, label, from, to) {
  const field = el("input", { type: "number", min: String(from), max: String(to), placeholder: String(name === "anio_desde" ? from : to), value: read()[name], inputmode: "numeric", "aria-label": `${t("years")}: ${label}` });
  field.addEventListener("input", settled(({ value }) => { if (/^([12][0-9]{3})?$/.test(value)) set({ [name]: value }); }));
  return el("label", { class: "inline" }, label, field);
}

function range(name, label, { max, step, ends, said }) {
  const value = read()[name] || "0";
  const output = el("output", {}, said(Number(value)));
  const field = el("input", { type: "range", min: "0", max, step, value, "aria-label": label });
  field.addEventListener("input", () => { output.textContent = said(Number(field.value)); field.setAttribute("aria-valuetext", output.textContent); });
  field.addEventListener("input", settled(({ value: now }) => set({ [name]: Number(now) ? now : "" })));
  field.setAttribute("aria-valuetext", output.textContent);
  return el("div", { class: "range" }, el("span", {}, label), field, output, ends ? el("small", { class: "hint" }, ends) : null);
}

function languages(found) {
  const now = read().idioma;
  const codes = found.slice(0, LANGUAGES_OFFERED).map(({ nombre }) => nombre);
  if (now && !codes.includes(now)) codes.push(now);
  const options = codes.map((code) => el("option", { value: code, selected: code === now }, languageName(code)));
  const field = el("select", { onchange: (event) => set({ idioma: event.target.value }) }, el("option", { value: "" }, t("any")), options);
  return el("label", { class: "inline" }, t("language"), field);
}

// The panel, as the address has it when it is made.
export async function filterPanel({ open = false } = {}) {
  const found = await askCatalogue();
  const state = read();
  const count = chosen(state);
  const saga = el("input", { type: "checkbox", checked: Boolean(state.una_por_saga), onchange: (event) => set({ una_por_saga: event.target.checked ? "1" : "" }) });
  const panel = el(
    "details", { class: "filters", open },
    el("summary", {}, count ? t("filtersOn", count) : t("filters")),
    el("div", { class: "fields" },
      toggles("generos", t("anyGenre"), found.generos.map(({ nombre }) => [nombre, t("genre", nombre)])),
      found.plataformas.length ? toggles("plataforma", t("platforms"), found.plataformas.map(({ plataforma, nombre }) => [plataforma, nombre])) : null,
      el("div", { class: "row" },
        el("span", { class: "pair" }, el("span", {}, t("years")), year("anio_desde", t("from"), found.anio_desde, found.anio_hasta), year("anio_hasta", t("to"), found.anio_desde, found.anio_hasta)),
        languages(found.idiomas)),
      el("div", { class: "row" },
        range("voto_minimo", t("leastMean"), { max: "9", step: "0.5", said: (value) => (value ? `${number(value)} / 10` : t("any")) }),
        range("variedad", t("variety"), { max: "1", step: "0.1", ends: `${t("varietyLow")} ↔ ${t("varietyHigh")}`, said: (value) => number(value, { style: "percent" }) })),
      el("div", { class: "row" }, el("label", { class: "inline check" }, saga, t("onePerSaga")), button(t("clearFilters"), () => { clearFilters(); panel.dispatchEvent(new CustomEvent("cleared")); }, { class: "plain", "data-focus": "clear" }))),
  );
  return panel;
}

export function recount(panel) {
  const count = chosen(read());
  const summary = panel?.querySelector("summary");
  if (summary) summary.textContent = count ? t("filtersOn", count) : t("filters");
}
