/** TensorBoard's address hash: `#<plugin>&p.<plugin>.<key>=<value>&...` Pure functions. */

const prefixOf = (plugin: string) => `p.${plugin}.`;

/** The plugin's own keys and values. */
export function pluginEntries(hash: string, plugin: string): Map<string, string> {
  const prefix = prefixOf(plugin);
  const entries = new Map<string, string>();
  for (const part of partsOf(hash)) {
    const at = part.indexOf('=');
    const key = decode(part.slice(0, at));
    if (at > 0 && key.startsWith(prefix)) {
      entries.set(key.slice(prefix.length), decode(part.slice(at + 1)));
    }
  }
  return entries;
}

/** The hash with the plugin's entries replaced and everybody else's kept. */
export function mergeHash(
  hash: string,
  plugin: string,
  entries: ReadonlyMap<string, string>,
): string {
  const prefix = prefixOf(plugin);
  const others = partsOf(hash).filter((part) => {
    const key = decode(part.split('=', 1)[0]);
    return part.includes('=') && !key.startsWith(prefix);
  });
  const own = [...entries].map(
    ([key, value]) => `${prefix}${encodeURIComponent(key)}=${encodeURIComponent(value)}`,
  );
  return `#${[plugin, ...others, ...own].join('&')}`;
}

const partsOf = (hash: string) => hash.replace(/^#/, '').split('&').filter(Boolean);

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
