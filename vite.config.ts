import { readdirSync, readFileSync } from "node:fs";
import tailwindcss from "@tailwindcss/vite";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { iconNames } from "./static/src/icons.ts";

/** Templates name icons as `{% icon "phone" %}`; this tells Tailwind their classes. */
function templateIcons(): Plugin {
  return {
    name: "template-icons",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("static/src/main.css")) return undefined;
      const files = readdirSync("templates", { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".html"))
        .map((name) => `templates/${name}`);
      for (const file of files) this.addWatchFile(file);
      const names = iconNames(files.map((file) => readFileSync(file, "utf8")));
      return code.replace(
        "/* template-icons */",
        `@source inline("icon-[tabler--{${names.join(",")}}]");`,
      );
    },
  };
}

export default defineConfig({
  base: "/static/dist/",
  publicDir: false,
  plugins: [templateIcons(), tailwindcss()],
  build: {
    outDir: "static/dist",
    emptyOutDir: true,
    manifest: true,
    // LiveKit's client, which only whoever takes a voice's call over loads.
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      // htmx evaluates only where its configuration allows it, and ours does not.
      checks: { eval: false, pluginTimings: false },
      input: ["static/src/main.ts", "static/src/sw.ts"],
      // A service worker keeps its address; everything else is named after its content.
      output: {
        entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  test: { include: ["tests/ts/**/*.test.ts"] },
});
