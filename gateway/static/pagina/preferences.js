// What the reader prefers: a language and a theme, kept from visit to visit where that is allowed.
const THEMES = ["light", "dark"];

export const language = () => document.documentElement.lang;

function keep(name, value) {
  try { localStorage.setItem(name, value); } catch { /* then it lasts for this visit */ }
}

export function setLanguage(chosen) {
  document.documentElement.lang = chosen;
  keep("idioma", chosen);
}

export const theme = () =>
  document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

export function otherTheme() {
  const chosen = THEMES[1 - THEMES.indexOf(theme())];
  document.documentElement.dataset.theme = chosen;
  keep("tema", chosen);
}
