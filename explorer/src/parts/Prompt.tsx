/** What was asked: a plain text, or the turns of a conversation. */

import { useMemo } from 'preact/hooks';
import { messagesOf, type Role } from '../chain/conversation.ts';
import { decode } from '../chain/text.ts';
import { Line, Text } from './Text.tsx';

const NAMES: Record<Role, string> = { system: 'System', user: 'User', assistant: 'Assistant' };

/** A prompt in full. */
export function Prompt({ of }: { of: Uint8Array }) {
  const text = useMemo(() => decode(of), [of]);
  const turns = useMemo(() => messagesOf(text), [text]);
  if (!turns) {
    return <Text of={text} name="question" />;
  }
  return (
    <ol class="turns">
      {turns.map(({ role, content }, index) => (
        <li key={index} class={`turn turn-${role}`}>
          <span class="turn-role">{NAMES[role]}</span>
          <Text of={content} name="message" />
        </li>
      ))}
    </ol>
  );
}

/** A prompt in one line: of a conversation, what the user said last. */
export function PromptLine({ of, most }: { of: Uint8Array; most?: number }) {
  const text = useMemo(() => {
    const whole = decode(of);
    return messagesOf(whole)?.findLast(({ role }) => role === 'user')?.content ?? whole;
  }, [of]);
  return <Line of={text} {...(most !== undefined && { most })} />;
}
