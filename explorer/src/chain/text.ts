/**
 * Bytes of strangers as text that cannot act on who reads it: characters that control a terminal,
 * turn the direction of writing, or cannot be seen, are named instead of shown.
 */

/** A stretch of text: to be shown as it is, or the name of a character that is not. */
export type Piece = { text: string } | { hidden: string };

// A mark of byte order is a character that nobody sees, too.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes as text. What is no UTF-8 becomes U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/**
 * Characters without a shape of their own: controls but for tab and line feed, marks that turn the
 * direction, separators that browsers break lines at, fillers, interlinear and language tags, and
 * selectors beyond the sixteen that emoji use. Joiners stay: Persian, Hindi and emoji need them.
 */
const HIDDEN = new RegExp(
  [
    '[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b',
    '\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb',
    '\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]',
  ].join(''),
  'gu',
);

/** The name of a character: `U+202E`. */
function nameOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Cut a text where hidden characters are. The same one many times over is one piece. */
export function pieces(text: string): Piece[] {
  const cut: Piece[] = [];
  let end = 0;
  let run: { name: string; count: number } | undefined;
  const flush = () => {
    if (run) {
      cut.push({ hidden: run.count > 1 ? `${run.name} ×${run.count}` : run.name });
      run = undefined;
    }
  };
  // A carriage return before a line feed says nothing.
  const plain = text.replaceAll('\r\n', '\n');
  for (const { 0: character, index } of plain.matchAll(HIDDEN)) {
    const name = nameOf(character);
    if (index > end || run?.name !== name) {
      flush();
    }
    if (index > end) {
      cut.push({ text: plain.slice(end, index) });
    }
    run = { name, count: (run?.count ?? 0) + 1 };
    end = index + character.length;
  }
  flush();
  if (end < plain.length) {
    cut.push({ text: plain.slice(end) });
  }
  return cut;
}

/** The same in one string, for places that hold nothing but text: `⟨U+202E⟩`. */
export function inert(text: string): string {
  return pieces(text)
    .map((piece) => ('text' in piece ? piece.text : `⟨${piece.hidden}⟩`))
    .join('');
}

/** One line of at most so many characters, for tables and lists. */
export function line(text: string, most: number): string {
  // Nobody reads on behind the cut: no need to look at 16 KiB for it.
  const flat = inert(text.slice(0, most * 4))
    .replace(/\s+/g, ' ')
    .trim();
  const characters = Array.from(flat);
  const cut = characters.length > most || text.length > most * 4;
  return cut ? `${characters.slice(0, most).join('').trimEnd()}…` : flat;
}
