/**
 * Texts of strangers: prompts, answers, names. They are set as text, never as HTML, apart from what
 * is around them in direction, with characters that nobody can see named; long ones are folded.
 */

import { useId, useMemo, useState } from 'preact/hooks';
import { decode, line, pieces } from '../chain/text.ts';

/** More than this is folded. */
const FOLD_CHARACTERS = 700;
const FOLD_LINES = 12;

/** A text of any length. */
export function Text({ of, name = 'text' }: { of: Uint8Array | string; name?: string }) {
  const whole = useMemo(() => (typeof of === 'string' ? of : decode(of)), [of]);
  const start = useMemo(() => startOf(whole), [whole]);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const isLong = start.length < whole.length;
  return (
    <div class="text-box">
      <bdi class="text" id={id}>
        <Pieces of={isOpen ? whole : start} />
        {isLong && !isOpen && '…'}
      </bdi>
      {isLong && (
        <button
          type="button"
          class="fold"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? `Fold the ${name}` : `Show the whole ${name} (${whole.length} characters)`}
        </button>
      )}
    </div>
  );
}

/** A text in one line, cut. */
export function Line({ of, most = 80 }: { of: Uint8Array | string; most?: number }) {
  const short = useMemo(() => line(typeof of === 'string' ? of : decode(of), most), [of, most]);
  return <bdi class="line">{short}</bdi>;
}

/** A text with its hidden characters named. */
function Pieces({ of }: { of: string }) {
  const cut = useMemo(() => pieces(of), [of]);
  return cut.map((piece) =>
    'text' in piece ? (
      piece.text
    ) : (
      <span class="hidden-character" title="a character that cannot be seen">
        {piece.hidden}
      </span>
    ),
  );
}

/** As much of the start of a text as is shown before somebody asks for more. */
function startOf(whole: string): string {
  let end = Math.min(whole.length, FOLD_CHARACTERS);
  let lines = 0;
  for (let at = whole.indexOf('\n'); at !== -1 && at < end; at = whole.indexOf('\n', at + 1)) {
    lines += 1;
    if (lines === FOLD_LINES) {
      end = at;
    }
  }
  // A little more is not worth a button.
  if (whole.length - end < FOLD_CHARACTERS / 7) {
    return lines < FOLD_LINES ? whole : whole.slice(0, end);
  }
  // Not between the halves of a character.
  return whole.slice(0, end).replace(/[\ud800-\udbff]$/, '');
}
