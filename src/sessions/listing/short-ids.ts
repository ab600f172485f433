import type { SessionId } from '../../core/ids.ts';

const SHORTEST = 6;

/**
 * The end of each of `shown`, long enough to name one session among `all` (`show`, `resume` and `--session` take it). The
 * end differs most: ids of one day begin alike.
 */
export function shortIds(shown: readonly SessionId[], all: readonly SessionId[]): (id: SessionId) => string {
	for (let length = SHORTEST; length < 26; length++) {
		const wanted = new Set(shown.map((id) => id.slice(-length)));
		const hits = all.reduce((count, id) => count + (wanted.has(id.slice(-length)) ? 1 : 0), 0);
		if (wanted.size === shown.length && hits <= shown.length) return (id) => id.slice(-length);
	}
	return (id) => id;
}
