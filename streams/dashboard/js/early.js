// Before the first paint: theme and language as remembered, else as the system has them.
(function () {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const remembered = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // Storage may be forbidden; the system's choice is then kept.
    }
  };
  const look = () => {
    root.dataset.theme = remembered("regrade.theme") ?? (dark.matches ? "dark" : "light");
  };
  look();
  dark.addEventListener("change", look);
  root.lang = remembered("regrade.language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");
})();
