(() => {
  "use strict";
  const root = document.documentElement;
  const specs = JSON.parse(document.getElementById("figures").textContent);
  const palettes = JSON.parse(document.getElementById("palettes").textContent);
  const plots = [...document.querySelectorAll(".plot")];
  const darkness = matchMedia("(prefers-color-scheme: dark)");
  const PRINTED_WIDTH = 660;
  let printing = false;

  const palette = () => (darkness.matches && !printing ? palettes.dark : palettes.light);

  function resolve(value) {
    if (Array.isArray(value)) return value.map(resolve);
    if (value === null || typeof value !== "object") return value;
    if (value.$text) return value.$text[root.lang];
    if (value.$color) return palette()[value.$color];
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
  }

  function draw(plot) {
    const spec = resolve(specs[plot.dataset.figure]);
    const size = printing ? { width: Math.min(plot.clientWidth, PRINTED_WIDTH) } : {};
    const layout = { ...spec.layout, autosize: !printing, height: plot.clientHeight, ...size };
    Plotly.react(plot, spec.data, layout, { displayModeBar: false, responsive: true });
    plot.dataset.drawn = "yes";
  }

  const drawn = () => plots.filter((plot) => plot.dataset.drawn);
  const waiting = () => plots.filter((plot) => !plot.dataset.drawn);

  // those in sight first, the others when the browser has nothing else to do
  const sight = new IntersectionObserver(
    (entries) =>
      entries
        .filter((entry) => entry.isIntersecting && !entry.target.dataset.drawn)
        .forEach((entry) => draw(entry.target)),
    { rootMargin: "400px" },
  );
  const idle = window.requestIdleCallback || ((act) => setTimeout(act, 30));
  function drawNext() {
    const [next] = waiting();
    if (!next) return;
    draw(next);
    idle(drawNext);
  }
  plots.forEach((plot) => sight.observe(plot));
  idle(drawNext);

  function speak(language, remember) {
    root.lang = language;
    document.title =
      language === "en" ? "Cartelera: report on the data" : "Cartelera: informe de los datos";
    for (const button of document.querySelectorAll("[data-lang]"))
      button.setAttribute("aria-pressed", String(button.dataset.lang === language));
    if (remember) {
      const address = new URL(location.href);
      address.searchParams.set("lang", language); // stays while the reader goes from part to part
      if (address.hash === "#es" || address.hash === "#en") address.hash = "";
      history.replaceState(null, "", address);
    }
    drawn().forEach(draw);
  }
  for (const button of document.querySelectorAll("[data-lang]"))
    button.addEventListener("click", () => speak(button.dataset.lang, true));
  addEventListener("hashchange", () => {
    const asked = location.hash.slice(1);
    if (asked === "es" || asked === "en") speak(asked, false);
  });
  speak(root.lang, false);

  darkness.addEventListener("change", () => drawn().forEach(draw));
  let unfolded = []; // paper has nothing to click on
  addEventListener("beforeprint", () => {
    printing = true;
    unfolded = [...document.querySelectorAll("details:not([open])")];
    unfolded.forEach((part) => { part.open = true; });
    plots.forEach(draw);
  });
  addEventListener("afterprint", () => {
    printing = false;
    unfolded.forEach((part) => { part.open = false; });
    plots.forEach(draw);
  });
})();
