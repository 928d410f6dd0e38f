// The button that switches between the light and the dark theme.

import { find } from "./dom.js";

/** Shows the button. */
export function startTheme(): void {
  const button = find<HTMLButtonElement>("#theme");
  if (!button) return;
  const page = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const current = (): string => page.dataset["theme"] ?? (system.matches ? "dark" : "light");
  const label = (): void => {
    button.textContent = current() === "dark" ? "Light theme" : "Dark theme";
  };
  button.addEventListener("click", () => {
    const theme = current() === "dark" ? "light" : "dark";
    page.dataset["theme"] = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // It is then the theme of this page only.
    }
    label();
  });
  system.addEventListener("change", label);
  label();
  button.hidden = false;
}
