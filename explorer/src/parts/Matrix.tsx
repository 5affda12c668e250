/** Who graded whom, and how: graders in rows, authors in columns, coloured and numbered. */

import { useMemo } from 'preact/hooks';
import { decimals } from '../chain/numbers.ts';
import type { RoundView } from '../chain/views.ts';
import { Scroller } from './Scroller.tsx';
import { shortAddress } from './words.tsx';

/** What is in a cell. */
type Cell = { kind: 'grade'; grade: number } | { kind: 'own' | 'owed' | 'none' };

/** The cells by grader and author. */
function cellsOf(view: RoundView, assigned: number[][]): Cell[][] {
  const cells = view.agents.map((_, grader) =>
    view.agents.map((_, author): Cell => ({ kind: grader === author ? 'own' : 'none' })),
  );
  for (const [grader, authors] of assigned.entries()) {
    for (const author of authors) {
      const row = cells[grader];
      if (row?.[author]) {
        row[author] = { kind: 'owed' };
      }
    }
  }
  for (const { grader, author, grade } of view.grades) {
    const row = cells[grader];
    if (row?.[author]) {
      row[author] = { kind: 'grade', grade: grade / 10_000 };
    }
  }
  return cells;
}

/** The matrix of a round. `assigned` are the answers each agent has or had to grade, by index. */
export function Matrix({ view, assigned }: { view: RoundView; assigned: number[][] }) {
  const cells = useMemo(() => cellsOf(view, assigned), [view, assigned]);
  const winner = view.state.type === 'Settled' ? view.state.value.winner : undefined;
  return (
    <Scroller name="Matrix of grades">
      <table class="matrix">
        <caption>
          Each row is a grader, each column an author. A grade is 0 to 1; an empty cell was not
          drawn, a dot was owed and not opened.
        </caption>
        <thead>
          <tr>
            <td class="corner" aria-hidden="true">
              grader ↓ author →
            </td>
            {view.agents.map(({ owner }, author) => (
              <th
                key={owner}
                scope="col"
                title={owner}
                class={author === winner ? 'winner' : undefined}
              >
                {author}
                <span class="visually-hidden">
                  {author === winner ? ', the winner,' : ''} {shortAddress(owner)}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {view.agents.map(({ owner }, grader) => (
            <tr key={owner}>
              <th scope="row" title={owner}>
                {grader} <span class="address">{shortAddress(owner)}</span>
              </th>
              {cells[grader]?.map((cell, author) => (
                <GradeCell key={author} cell={cell} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

function GradeCell({ cell }: { cell: Cell }) {
  switch (cell.kind) {
    case 'grade':
      return (
        <td class="grade" style={{ '--grade': cell.grade }}>
          {decimals(cell.grade, 2)}
        </td>
      );
    case 'own':
      return (
        <td class="own">
          <span class="visually-hidden">its own answer</span>
        </td>
      );
    case 'owed':
      return (
        <td class="owed">
          <span aria-hidden="true">·</span>
          <span class="visually-hidden">not opened</span>
        </td>
      );
    case 'none':
      return <td class="none" />;
  }
}
