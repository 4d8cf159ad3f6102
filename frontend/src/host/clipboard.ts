/** Copies text; also on pages that are not secure, where browsers offer no clipboard. */

/** Returns whether it was copied. */
export async function copyText(text: string): Promise<boolean> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
      // A frame may be refused: the old way is left.
    }
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  document.body.append(area);
  area.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- all there is on such pages
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}
