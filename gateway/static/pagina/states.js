// What stands where an answer will be: that it is coming, that it is late, what went wrong and a way on.
import { Fault, setKey } from "./asking.js";
import { button, el, focusOn } from "./dom.js";
import { t } from "./texts.js";

const SHOWN_AFTER_MS = 150; // most answers are quicker, and a flicker is worse than nothing
const SLOW_AFTER_MS = 3000;

// Fills `place` with what `make(signal)` resolves to. A later call for the same place wins.
const running = new WeakMap();
export async function show(place, make, { worded = () => null, suggest = null, keep = false, missing = null, more = () => null } = {}) {
  running.get(place)?.abort();
  const control = new AbortController();
  running.set(place, control);
  const again = () => show(place, make, { worded, suggest, keep, missing, more });
  place.setAttribute("aria-busy", "true");
  if (!keep) place.replaceChildren();
  const timers = [
    setTimeout(() => { if (!keep) place.replaceChildren(waiting()); else place.classList.add("late"); }, SHOWN_AFTER_MS),
    setTimeout(() => {
      const panel = late(() => { control.abort(); settle(); change(place, keep ? [stopped(again), ...kept] : [stopped(again)]); });
      const kept = keep ? [...place.childNodes] : [];
      place.replaceChildren(panel, ...kept);
    }, SLOW_AFTER_MS),
  ];
  const settle = () => {
    timers.forEach(clearTimeout);
    if (running.get(place) !== control) return;
    place.removeAttribute("aria-busy");
    place.classList.remove("late");
  };
  try {
    const made = await make(control.signal);
    settle();
    if (running.get(place) === control && !control.signal.aborted) change(place, [made].flat(Infinity).filter(Boolean));
  } catch (fault) {
    settle();
    if (running.get(place) !== control || control.signal.aborted) return;
    if (missing && fault.problem?.status === 404) return missing();
    if (!fault.kind) console.error(fault); // an answer of another shape than the page knows
    change(place, [faultPanel(fault.kind ? fault : new Fault("notUnderstood"), again, { worded: worded(fault), suggest, more: more(fault) })]);
  }
}

// Replaces what is in `place`; who was on a control there is on the same one afterwards, or on the place.
export function change(place, nodes) {
  const held = place.contains(document.activeElement) ? document.activeElement.dataset.focus ?? "" : null;
  place.replaceChildren(...nodes);
  if (held === null) return;
  const same = held && [...place.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === held);
  if (same) same.focus({ preventScroll: true }); else focusOn(place);
}

export function stop(place) {
  running.get(place)?.abort();
  running.delete(place);
  place.removeAttribute("aria-busy");
}

const waiting = () => el("div", { class: "waiting" }, el("p", { class: "hint", role: "status" }, t("loading")), ...[1, 2, 3].map(() => el("div", { class: "ghost" })));
const late = (cancel) => el("div", { class: "panel", role: "status" }, el("p", {}, t("slow")), button(t("cancel"), cancel));
const stopped = (again) => el("div", { class: "panel" }, el("p", {}, t("cancelled")), button(t("retry"), again));

// What went wrong, with a way on: suggestions, a field for a key, trying again, `more`.
export function faultPanel(fault, again, { worded = null, suggest = null, more = null } = {}) {
  const panel = el("div", { class: "panel fault", role: "alert" }, el("p", { class: "strong" }, worded ?? said(fault)));
  if (fault.needsKey) return keyAsked(panel, again);
  const hint = hinted(fault);
  if (hint) panel.append(el("p", { class: "hint" }, hint));
  const suggestions = suggest ? fault.problem?.sugerencias ?? [] : [];
  if (suggestions.length) {
    panel.append(el("p", {}, t("didYouMean")), el("div", { class: "chips" }, suggestions.map((one) => button(one, () => suggest(one), { class: "chip" }))));
  }
  const hopeless = fault.kind === "problem" && fault.problem.status < 500 && fault.problem.status !== 429;
  panel.append(el("p", { class: "actions" }, hopeless ? null : button(t("retry"), again), more, el("a", { href: "./" }, t("home"))));
  return panel;
}

function said(fault) {
  if (fault.kind !== "problem") return t(fault.kind);
  if (fault.problem.status === 429 && fault.retryAfter) return t("tooMany", fault.retryAfter);
  return fault.problem.detail ?? t("notUnderstood");
}

function hinted(fault) {
  if (fault.kind === "unreachable") return t("unreachableHint");
  return fault.kind === "problem" && [502, 503, 504].includes(fault.problem.status) ? t("serviceOut") : null;
}

function keyAsked(panel, again) {
  const field = el("input", { type: "password", autocomplete: "off", required: true, "aria-label": t("key"), placeholder: t("key") });
  const form = el("form", {
    class: "row",
    onsubmit: (event) => {
      event.preventDefault();
      setKey(field.value.trim());
      again();
    },
  }, field, el("button", {}, t("useKey")));
  panel.append(el("p", { class: "hint" }, t("keyNeeded")), form);
  return panel;
}

export const nothing = (text, hint) => el("div", { class: "panel" }, el("p", { class: "strong" }, text), hint ? el("p", { class: "hint" }, hint) : null);
