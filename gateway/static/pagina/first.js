// Before anything is painted: the language and the colours of the last visit, or of the address.
"use strict";
(() => {
  const kept = (name) => {
    try { return localStorage.getItem(name); } catch { return null; } // storage may be forbidden
  };
  const asked = new URLSearchParams(location.search).get("lang") ?? kept("idioma") ?? navigator.language;
  const root = document.documentElement;
  root.lang = /^en/i.test(asked) ? "en" : "es";
  const theme = kept("tema");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
})();
