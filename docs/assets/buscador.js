// The search of the site generator speaks English only. Its few words are put into Spanish here,
// wherever it writes them; if it changes its words, they stay as they come.
(() => {
  const WORDS = {
    "Search": "Buscar",
    "Close search": "Cerrar la búsqueda",
    "Search results": "Resultados",
    "Filters": "Filtros",
    "No results": "Sin resultados",
    "Loading search…": "Preparando la búsqueda…",
  };
  const ATTRIBUTES = ["aria-label", "placeholder", "title"];

  const spanish = (text) => WORDS[text] ?? text.replace(/^([\d,]+) results?$/, (_, count) =>
    `${count.replace(/,/g, ".")} ${count === "1" ? "resultado" : "resultados"}`);

  function translate(node) {
    if (node.nodeType === Node.TEXT_NODE) {
      const said = spanish(node.data);
      if (said !== node.data) node.data = said;
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const name of ATTRIBUTES) {
      const said = node.getAttribute(name);
      if (said && spanish(said) !== said) node.setAttribute(name, spanish(said));
    }
    node.childNodes.forEach(translate);
  }

  function watch(root) {
    root.childNodes.forEach(translate);
    new MutationObserver((changes) => {
      for (const change of changes) {
        translate(change.target);
        change.addedNodes.forEach(translate);
      }
    }).observe(root, {
      subtree: true, childList: true, characterData: true, attributes: true,
      attributeFilter: ATTRIBUTES,
    });
  }

  // the search lives in a shadow root of a <div> that the page's script adds to the body
  const found = new WeakSet();
  const look = () => document.querySelectorAll("body > div").forEach((host) => {
    if (host.shadowRoot && !found.has(host)) {
      found.add(host);
      watch(host.shadowRoot);
    }
  });
  look();
  new MutationObserver(look).observe(document.body, { childList: true });
})();
