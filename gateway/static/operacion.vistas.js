// What the page shows of one answer: a list of sections, each with what it is made of.
import { button, el } from "./pagina/dom.js";
import { bytes, day, duration, exactly, instant, milliseconds, named, number, reason, t } from "./operacion.textos.js";

const RESPONDING = "lista";

// Each has an id, the data it shows (it is made anew when they change) and how it is made.
export function sections(state, before) {
  const { consultas, recomendaciones } = state.servicios;
  const all = [
    { id: "ahora", of: [state.momento, state.contadas, state.cache], make: () => now(state, before) },
    { id: "servicios", of: state.servicios, make: () => section("services", el("div", { class: "tiles" }, Object.values(state.servicios).map(service))) },
    { id: "datos", of: consultas.versiones, make: () => versions("data", consultas.versiones, dataParts) },
    { id: "indice", of: recomendaciones.versiones, make: () => versions("index", recomendaciones.versiones, indexParts) },
    { id: "ajustes", of: [state.ajustes, state.contadas.rechazos], make: () => settings(state) },
  ];
  return all;
}

const section = (title, ...children) => el("section", { "aria-label": t(title) }, el("h2", {}, t(title)), children);
const facts = (pairs, properties = { class: "facts" }) =>
  el("dl", properties, pairs.filter(Boolean).map(([name, ...values]) => el("div", {}, el("dt", {}, name), values.flat().filter(Boolean).map((value) => el("dd", {}, value)))));
const mark = (kind, text) => el("span", { class: `tag ${kind}` }, text);
const code = (text) => el("code", {}, text);

// A table whose rows become cards where the window is narrow; roles say that it is one still.
function table(caption, columns, rows) {
  const head = el("tr", { role: "row" }, columns.map(({ title, right }) => el("th", { scope: "col", role: "columnheader", class: right ? "right" : null }, title)));
  const body = rows.map((row) => el("tr", { role: "row" }, columns.map(({ title, right, of }, i) =>
    el(i ? "td" : "th", { role: i ? "cell" : "rowheader", scope: i ? null : "row", "data-label": title, class: right ? "right" : null }, of(row)))));
  return el("table", { role: "table", class: "stacked", "aria-label": caption },
    el("thead", { role: "rowgroup" }, head), el("tbody", { role: "rowgroup" }, body));
}

function folded(name, summary, ...children) {
  return el("details", { "data-name": name }, el("summary", {}, summary), children);
}

// Now -----------------------------------------------------------------------------------------

function rate(state, before) {
  if (!before) return null;
  const seconds = (state.at - before.at) / 1000, answers = state.contadas.respuestas - before.contadas.respuestas;
  return seconds > 0 && answers >= 0 ? answers / seconds : null;
}

function now(state, before) {
  const { contadas, cache, ajustes } = state;
  const perSecond = rate(state, before);
  const asked = contadas.por_cache.HIT + contadas.por_cache.MISS + contadas.por_cache.STALE;
  const share = asked ? number((contadas.por_cache.HIT + contadas.por_cache.STALE) / asked, { style: "percent", maximumFractionDigits: 1 }) : t("nothingYet");
  const waited = contadas.mitad_ms === null ? t("nothingYet") : t("tookHalf", milliseconds(contadas.mitad_ms));
  const longest = contadas.casi_todas_ms !== null ? milliseconds(contadas.casi_todas_ms) : t("tookBeyond");
  return section("summary",
    facts([
      [t("uptime"), duration(state.en_marcha_s)],
      [t("perSecond"), perSecond === null ? "…" : number(perSecond, { maximumFractionDigits: 1 })],
      [t("inFlight"), number(state.en_curso)],
      [t("answers"), number(contadas.respuestas)],
      [t("fromCache"), share],
      [t("cache"), t("cacheHeld", number(cache.respuestas), bytes(cache.bytes), bytes(cache.limite_bytes))],
      [t("took"), waited, contadas.mitad_ms === null ? null : t("tookMost", longest)],
      [t("errors"), count(contadas.por_estado["5xx"])],
      [t("refusedByClient"), count(contadas.por_estado["4xx"])],
      [t("release"), state.entrega],
    ], { class: "figures" }),
    ajustes.procesos > 1 ? el("p", { class: "hint" }, t("ofOneProcess", number(ajustes.procesos))) : null);
}

const count = (times) => number(times ?? 0);

// Services ------------------------------------------------------------------------------------

function service(told) {
  const { versiones, problema, circuito } = told;
  const ready = told.estado === RESPONDING;
  const lacking = told.faltan?.length ? t("lacking", told.faltan.map(named).join(", ")) : null;
  return el("article", { class: `tile ${ready && versiones ? "" : "fault"}` },
    el("h3", {}, t(told.servicio) ?? told.servicio, " ", mark(ready ? "good" : "bad", ready ? t("listening") : t("absent"))),
    facts([
      [t("breaker"), [t(circuito) ?? circuito, told.desde ? t("since", exactly(told.desde)) : null]],
      [t("served"), versiones ? code(versiones.servida) : told.version ? code(told.version) : t("unknown")],
      versiones ? [t("published"), versiones.publicada === versiones.servida ? t("sameAsServed") : versiones.publicada ? code(versiones.publicada) : t("unknown")] : null,
      told.version_confirmada ? [t("confirmed"), code(told.version_confirmada), t("ago", duration(told.confirmada_hace_s))] : null,
    ]),
    versiones && versiones.rechazada ? note(t("refused")) : null,
    versiones && !versiones.rechazada && versiones.publicada && versiones.publicada !== versiones.servida ? note(t("notYet")) : null,
    lacking ? note(lacking) : null,
    problema ? el("div", { class: "note" }, el("p", {}, problema.detail), el("p", {}, t("noAnswer"), " ", el("a", { href: problema.type.replace(/^\//, "") }, t("explain")))) : null);
}

const note = (text) => el("p", { class: "note" }, text);

// Versions ------------------------------------------------------------------------------------

function versions(title, told, parts) {
  if (!told) return section(title, el("p", { class: "hint" }, t("noAnswer")));
  const { compilaciones } = told;
  const served = compilaciones.find((build) => build.version === told.servida);
  return section(title,
    el("h3", {}, t("builds")),
    compilaciones.length ? table(t("builds"), [...buildColumns(told), ...parts.columns], compilaciones) : el("p", { class: "hint" }, t("noBuilds")),
    told.omitidas ? el("p", { class: "hint" }, t("omitted", told.omitidas)) : null,
    served ? parts.more(served) : null,
    el("h3", {}, t("rollback")),
    wayBack(told));
}

function buildColumns(told) {
  return [
    { title: t("version"), of: (build) => [code(build.version), " ", marks(build, told)] },
    { title: t("when"), of: (build) => (build.publicada ? instant(build.publicada) : "—") },
    { title: t("state"), of: (build) => (build.problema ? el("span", { class: "wrong" }, build.problema) : t("whole")) },
    { title: t("size"), right: true, of: (build) => (build.bytes === null ? "—" : bytes(build.bytes)) },
    { title: t("films"), right: true, of: (build) => amount(build.cuentas.movies) },
  ];
}

function marks(build, told) {
  const published = told.publicada === build.version && told.publicada !== told.servida;
  return [
    build.version === told.servida ? mark("good", t("isServed")) : null,
    published ? mark("", t("isPublished")) : null,
    build.version === told.anterior && build.version !== told.servida ? mark("", t("isPrevious")) : null,
  ];
}

const amount = (value) => (value === undefined || value === null ? "—" : number(value));

function wayBack({ vuelta_atras: { orden, motivo }, anterior }) {
  if (!orden) return el("p", {}, anterior ? [t("noWayBack"), " ", code(anterior), `: ${motivo}`] : motivo);
  const command = el("code", { class: "command", tabindex: "0" }, orden);
  const told = el("span", { role: "status", class: "hint" });
  return el("div", {},
    el("p", {}, t("rollbackTo", anterior)),
    el("div", { class: "row" }, command, button(t("copy"), () => copy(command, told)), told),
    el("p", { class: "hint" }, t("rollbackFollows")));
}

// Outside https and localhost a page may not write the clipboard itself: then by the selection.
async function copy(command, told) {
  getSelection().selectAllChildren(command);
  let done = false;
  try {
    await navigator.clipboard.writeText(command.textContent);
    done = true;
  } catch {
    done = document.execCommand("copy");
  }
  told.textContent = t(done ? "copied" : "notCopied");
}

// Data ----------------------------------------------------------------------------------------

const dataParts = {
  get columns() {
    return [
      { title: t("titles"), right: true, of: (build) => amount(build.cuentas.titles) },
      { title: t("ratings"), right: true, of: (build) => amount(build.cuentas.ratings) },
      { title: t("users"), right: true, of: (build) => amount(build.cuentas.users) },
    ];
  },
  more: ({ version, datos, cuentas, entradas }) => [
    el("h3", {}, t("ledger"), " ", code(version)),
    datos?.registro.length ? ledger(datos.registro) : el("p", { class: "hint" }, t("emptyLedger")),
    el("h3", {}, t("catalogues")),
    datos?.catalogos.length ? catalogues(datos.catalogos) : el("p", { class: "hint" }, t("noCatalogues")),
    datos?.valoraciones_simuladas ? note(t("simulated")) : null,
    folded("cuentas", t("counts"), countsAndInputs(cuentas, entradas)),
  ],
};

const ledger = (entries) => table(t("ledger"), [
  { title: t("reason"), of: ({ motivo }) => [reason(motivo), " ", code(motivo)] },
  { title: t("count"), right: true, of: ({ cantidad }) => number(cantidad) },
  { title: t("action"), of: ({ accion }) => (accion ? t(accion) ?? accion : "—") },
  { title: t("files"), of: ({ archivos }) => archivos.join(", ") || "—" },
], entries);

const catalogues = (all) => table(t("catalogues"), [
  { title: t("platform"), of: ({ nombre }) => nombre },
  { title: t("titles"), right: true, of: ({ titulos }) => number(titulos) },
  { title: t("films"), right: true, of: ({ peliculas }) => amount(peliculas) },
  { title: t("matched"), right: true, of: ({ emparejados }) => number(emparejados) },
  { title: t("asOf"), of: ({ fecha }) => (fecha ? day(fecha) : "—") },
], all);

const countsAndInputs = (counts, inputs) => facts([
  ...Object.entries(counts).map(([name, value]) => [named(name), number(value)]),
  inputs.length ? [t("builtFrom"), inputs.map(named).join(", ")] : null,
]);

// Index ---------------------------------------------------------------------------------------

const indexParts = {
  get columns() {
    return [
      { title: t("ofData"), of: ({ indice }) => (indice?.datos ? code(indice.datos) : "—") },
      { title: t("quality"), of: ({ indice }) => quality(indice?.calidad ?? {}) },
    ];
  },
  more: ({ indice, entradas }) => (indice ? [
    facts([
      [t("weights"), t(indice.pesos) ?? indice.pesos ?? "—"],
      [t("userModel"), ...model(indice.usuarios)],
      [t("builtFrom"), entradas.map(named).join(", ")],
    ]),
    folded("bloques", t("blocks"), blocks(indice.bloques)),
  ] : []),
};

function quality(measures) {
  const all = Object.entries(measures);
  if (!all.length) return t("noQuality");
  return el("ul", { class: "measures" }, all.map(([name, value]) => el("li", {}, `${named(name)}: `, el("b", {}, number(value, { minimumFractionDigits: 3, maximumFractionDigits: 3 })))));
}

function model(users) {
  if (!users) return [t("no")];
  const error = (value) => number(value, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  return [
    t("userModelTold", number(users.usuarios), number(users.valoraciones)),
    users.rmse === null ? null : `${t("rmse", error(users.rmse))} ${users.rmse_sesgos === null ? "" : t("rmseBiases", error(users.rmse_sesgos))}`,
  ];
}

const blocks = (all) => table(t("blocks"), [
  { title: t("block"), of: ({ bloque }) => [named(bloque), " ", code(bloque)] },
  { title: t("films"), right: true, of: ({ peliculas }) => number(peliculas) },
  { title: t("state"), of: ({ estado }) => t(estado) ?? estado },
], all);

// Settings ------------------------------------------------------------------------------------

const SETTING = {
  plazo_ms: milliseconds, cache_bytes: bytes, cache_segundos: duration,
};

function settings({ ajustes, contadas }) {
  const shown = (name, value) => (typeof value === "boolean" ? t(value ? "yes" : "no") : (SETTING[name] ?? number)(value));
  const refused = Object.entries(contadas.rechazos);
  return section("settings",
    facts(Object.entries(ajustes).map(([name, value]) => [t(name) ?? name, shown(name, value)]), { class: "figures" }),
    refused.length ? [el("h3", {}, t("refusals")), facts(refused.map(([slug, times]) => [named(slug), number(times)]), { class: "figures" })] : null);
}
