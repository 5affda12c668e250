/** Files that the page makes. */

/** How long the browser may take to take a file, in milliseconds. */
const TAKEN_MS = 10_000;

/** Save a file. */
export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), TAKEN_MS);
}
