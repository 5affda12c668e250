/**
 * Conversations as prompts: a chat goes on chain as one text, the *envelope*
 * (`docs/conversations.md`). The same rules as in `client/src/conversation.rs`: whatever is not
 * written exactly as it would write it is a plain prompt.
 */

export type Role = 'system' | 'user' | 'assistant';

/** One message of a conversation. */
export interface Message {
  role: Role;
  content: string;
}

/** How envelopes begin, of later versions too. */
const RESERVED = '{"waggle":';
const VERSION = 1;
const MAX_MESSAGES = 1_024;
const ROLES: readonly string[] = ['system', 'user', 'assistant'];

function written(messages: Message[]): string {
  const ordered = messages.map(({ role, content }) => ({ role, content }));
  return JSON.stringify({ waggle: VERSION, messages: ordered });
}

function isMessage(thing: unknown): thing is Message {
  const { role, content } = (thing ?? {}) as Partial<Message>;
  return typeof content === 'string' && typeof role === 'string' && ROLES.includes(role);
}

/** The messages of a prompt that is an envelope; nothing for a plain prompt. */
export function messagesOf(prompt: string): Message[] | undefined {
  if (!prompt.startsWith(RESERVED)) {
    return undefined;
  }
  try {
    const { messages } = JSON.parse(prompt) as { messages?: unknown };
    if (
      !Array.isArray(messages) ||
      messages.length > MAX_MESSAGES ||
      !messages.every(isMessage) ||
      // Half a pair of surrogates, which JSON can spell, is no text.
      messages.some(({ content }) => /\p{Surrogate}/u.test(content)) ||
      messages.every(({ content }) => /^\p{White_Space}*$/u.test(content))
    ) {
      return undefined;
    }
    return written(messages) === prompt ? messages : undefined;
  } catch {
    return undefined;
  }
}

/** The prompt that asks this text as it stands. */
export function promptOf(text: string): string {
  return text.startsWith(RESERVED) ? written([{ role: 'user', content: text }]) : text;
}
