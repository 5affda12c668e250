/** Which page is shown: the part of the address behind the `#`, so that any server will do. */

import { computed, signal } from '@preact/signals';

export type Route =
  | { page: 'rounds' }
  | { page: 'round'; id: number }
  | { page: 'domains' }
  | { page: 'domain'; id: number }
  | { page: 'agent'; owner: string }
  | { page: 'ask' }
  | { page: 'nowhere' };

const hash = signal(location.hash);

addEventListener('hashchange', () => {
  hash.value = location.hash;
});

/** The number of a round or domain, if it is one. */
function number(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** What an address means. */
export function routeOf(text: string): Route {
  const [page = '', name, ...more] = text.replace(/^#?\/?/, '').split('/');
  if (more.length > 0) {
    return { page: 'nowhere' };
  }
  if (name === undefined || name === '') {
    switch (page) {
      case '':
      case 'rounds':
        return { page: 'rounds' };
      case 'domains':
        return { page: 'domains' };
      case 'ask':
        return { page: 'ask' };
    }
    return { page: 'nowhere' };
  }
  const id = number(name);
  if (page === 'rounds' && id !== undefined) {
    return { page: 'round', id };
  }
  if (page === 'domains' && id !== undefined) {
    return { page: 'domain', id };
  }
  if (page === 'agents' && /^[1-9A-HJ-NP-Za-km-z]{40,60}$/.test(name)) {
    return { page: 'agent', owner: name };
  }
  return { page: 'nowhere' };
}

/** Which page is shown. */
export const route = computed(() => routeOf(hash.value));

/** The title of the window on a page. Nothing that strangers wrote is in it. */
export function titleOf(to: Route): string {
  switch (to.page) {
    case 'rounds':
      return 'Rounds';
    case 'round':
      return `Round ${to.id}`;
    case 'domains':
      return 'Domains';
    case 'domain':
      return `Domain ${to.id}`;
    case 'agent':
      return `Agent ${to.owner.slice(0, 6)}…`;
    case 'ask':
      return 'Ask';
    case 'nowhere':
      return 'No such page';
  }
}
