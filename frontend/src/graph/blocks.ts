/** Which blocks of the graph are open: some at first, others by hand. Pure. */

/**
 * The blocks that are open.
 *
 * Args:
 *   initial: Paths of those open at first.
 *   changes: As `toggleBlock` writes them.
 */
export function openBlocks(initial: ReadonlySet<string>, changes: string): Set<string> {
  const open = new Set(initial);
  for (const change of changes.split('\n')) {
    const path = change.slice(1);
    if (change.startsWith('+')) open.add(path);
    else if (change.startsWith('-')) open.delete(path);
  }
  return open;
}

/** The changes with one block opened, or closed again: `+path` or `-path`, one a line. */
export function toggleBlock(initial: ReadonlySet<string>, changes: string, path: string): string {
  const isOpen = openBlocks(initial, changes).has(path);
  const others = changes.split('\n').filter((change) => change && change.slice(1) !== path);
  if (isOpen === initial.has(path)) others.push(`${isOpen ? '-' : '+'}${path}`);
  return others.join('\n');
}
