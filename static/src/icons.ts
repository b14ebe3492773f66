/** Names of the icons that templates use, sorted, each once. Used by the build alone. */
export function iconNames(templates: readonly string[]): string[] {
  const names = templates.flatMap((text) =>
    [...text.matchAll(/\{% icon "([a-z0-9-]+)"|\bicon="([a-z0-9-]+)"/g)].map(
      (match) => match[1] ?? match[2] ?? "",
    ),
  );
  return [...new Set(names)].filter(Boolean).sort();
}
