/** The keys of a running race. Pure. */

export interface RaceKeys {
	/** Digits typed after `x`; null: no `x` was typed. */
	typed: string | null;
}

export const NO_KEYS: RaceKeys = { typed: null };

export interface KeyAnswer {
	keys: RaceKeys;
	action: { type: 'stop'; number: number } | { type: 'interrupt' } | { type: 'suspend' } | null;
}

/** `key`: what one press sends. `count`: of the entrants; a number that is whole by then needs no Enter. */
export function pressKey({ typed }: RaceKeys, key: string, count: number): KeyAnswer {
	if (key === '\x03') return { keys: NO_KEYS, action: { type: 'interrupt' } };
	if (key === '\x1a') return { keys: NO_KEYS, action: { type: 'suspend' } };
	if (key === 'x' || key === 'X') return { keys: { typed: '' }, action: null };
	if (typed === null) return { keys: NO_KEYS, action: null };
	if ((key === '\r' || key === '\n') && typed !== '') return stop(Number(typed));
	if (!/^\d$/.test(key)) return { keys: NO_KEYS, action: null };
	const number = Number(typed + key);
	if (number < 1 || number > count) return { keys: NO_KEYS, action: null };
	return number * 10 > count ? stop(number) : { keys: { typed: String(number) }, action: null };
}

const stop = (number: number): KeyAnswer => ({ keys: NO_KEYS, action: { type: 'stop', number } });

/** One row: what keys do now. */
export function keyHint({ typed }: RaceKeys, count: number, isStopping: boolean): string {
	if (isStopping) return 'stopping all; Ctrl+C again ends them at once';
	if (typed === null) return 'x + number stops one · Ctrl+C stops all';
	return typed === '' ? `stop which one? 1-${count}` : `stop which one? ${typed} (Enter, or another digit)`;
}
