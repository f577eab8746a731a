// The operator's page: asks for the state every few seconds while somebody looks, and shows it.
import { ask, setKey } from "./pagina/asking.js";
import { button, el } from "./pagina/dom.js";
import { language, otherTheme, setLanguage, theme } from "./pagina/preferences.js";
import { clock, t } from "./operacion.textos.js";
import { sections } from "./operacion.vistas.js";

const EVERY_MS = 5000;
const PATIENCE_MS = 15000;
const HINTS = { unreachable: "unreachableHint", late: "lateHint", notUnderstood: "notUnderstoodHint" };

const byId = (id) => document.getElementById(id);
const place = byId("secciones"), notice = byId("aviso");
let state = null, before = null, fault = null, paused = false, asking = null, next = 0;

// Asks unless it is asking already; the next question comes a while after this one's answer.
async function refresh() {
  if (asking) return;
  clearTimeout(next);
  asking = new AbortController();
  const patience = setTimeout(() => asking.abort(), PATIENCE_MS);
  place.setAttribute("aria-busy", String(!state));
  try {
    const answer = await ask("operacion/estado", { signal: asking.signal });
    [before, state, fault] = [state, { ...answer, at: performance.now() }, null];
  } catch (failure) {
    if (!failure.kind && failure.name !== "AbortError") throw failure;
    fault = { kind: failure.kind ?? "late", problem: failure.problem ?? null, retryAfter: failure.retryAfter ?? null, needsKey: Boolean(failure.needsKey) };
  } finally {
    clearTimeout(patience);
    asking = null;
    place.removeAttribute("aria-busy");
  }
  paint();
  plan();
}

// Whoever lacks a key, or sits in the wrong network, is not asked about again until he does something.
const hopeless = () => Boolean(fault && (fault.needsKey || fault.problem?.status === 403));

function plan() {
  clearTimeout(next);
  if (paused || document.hidden || hopeless()) return;
  next = setTimeout(refresh, fault?.retryAfter ? fault.retryAfter * 1000 : EVERY_MS);
}

function label() {
  document.title = `${t("title")} · Cartelera`;
  byId("saltar").textContent = t("skip");
  byId("inicio").setAttribute("aria-label", `Cartelera: ${t("home")}`);
  byId("titulo").textContent = t("title");
  const other = byId("idioma");
  other.textContent = language() === "es" ? "EN" : "ES";
  other.setAttribute("aria-label", t("otherLanguageTold"));
  other.lang = language() === "es" ? "en" : "es";
  const colours = byId("colores");
  colours.title = t(theme() === "dark" ? "light" : "dark");
  colours.setAttribute("aria-label", colours.title);
  byId("actualizar").textContent = t("refresh");
  byId("pausa").textContent = t(paused ? "go" : "pause");
}

// A status is read out when it changes, so it is left alone while it says the same.
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function paint() {
  label();
  const status = byId("estado");
  const good = state?.estado === "lista" && !fault;
  say(status, fault ? "" : state ? t(good ? "ready" : "degraded") : t("loading"));
  status.className = `state ${fault || !state ? "" : good ? "good" : "bad"}`;
  say(byId("hora"), state && !fault ? t(paused ? "refreshedPaused" : "refreshed", clock(state.momento)) : "");
  paintNotice();
  place.classList.toggle("late", Boolean(fault));
  if (state) show(sections(state, before));
}

// Replaces what has changed and nothing else: what is open, selected or focused stays so.
function show(made) {
  const old = new Map([...place.children].map((node) => [node.id, node]));
  for (const { id, of, make } of made) {
    const key = `${language()} ${JSON.stringify(of)}`;
    const present = old.get(id);
    if (present?.shown === key) continue;
    const fresh = make();
    Object.assign(fresh, { id, shown: key });
    if (!present) { place.append(fresh); continue; }
    keepOpen(present, fresh);
    const focused = focusables(present).indexOf(document.activeElement);
    present.replaceWith(fresh);
    if (focused >= 0) focusables(fresh)[focused]?.focus({ preventScroll: true });
  }
}

const focusables = (node) => [...node.querySelectorAll("a, button, summary, [tabindex]")];

function keepOpen(present, fresh) {
  const open = new Set([...present.querySelectorAll("details[open]")].map((node) => node.dataset.name));
  for (const node of fresh.querySelectorAll("details")) node.open = open.has(node.dataset.name);
}

let told = null;
function paintNotice() {
  const key = fault ? `${language()} ${JSON.stringify([fault.kind, fault.problem?.type, fault.problem?.detail])}` : "";
  if (key === told) return;
  told = key;
  notice.replaceChildren(...(fault ? [panel()] : []));
  if (fault?.needsKey) notice.querySelector("input").focus();
}

function panel() {
  const said = fault.problem?.detail ?? t(fault.kind);
  const hint = fault.needsKey ? t("keyHint") : fault.problem?.status === 403 ? t("forbiddenHint")
    : fault.retryAfter ? t("tooMany", fault.retryAfter) : HINTS[fault.kind] ? t(HINTS[fault.kind]) : null;
  return el("div", { class: "panel fault", role: "alert" },
    el("p", { class: "strong" }, fault.needsKey ? t("keyNeeded") : said),
    fault.needsKey ? keyForm() : null,
    hint ? el("p", { class: "hint" }, hint) : null,
    state ? el("p", { class: "hint" }, t("older", clock(state.momento))) : null,
    fault.needsKey ? null : el("p", { class: "actions" }, button(t("retry"), refresh)));
}

function keyForm() {
  const field = el("input", { type: "password", autocomplete: "off", required: true, "aria-label": t("key"), placeholder: t("key") });
  const onsubmit = (event) => {
    event.preventDefault();
    setKey(field.value.trim());
    told = null;
    refresh();
  };
  const wrong = fault.problem?.type === "/problemas/llave-no-valida" ? el("p", {}, fault.problem.detail) : null;
  return el("form", { class: "row", onsubmit }, wrong, field, el("button", {}, t("useKey")));
}

byId("idioma").addEventListener("click", () => { setLanguage(language() === "es" ? "en" : "es"); told = null; paint(); refresh(); });
byId("colores").addEventListener("click", () => { otherTheme(); label(); });
byId("actualizar").addEventListener("click", refresh);
byId("pausa").addEventListener("click", () => { paused = !paused; paint(); plan(); });
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(next) : paused || hopeless() ? null : refresh()));
paint();
refresh();
