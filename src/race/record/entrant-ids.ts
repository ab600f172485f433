import type { AgentChoice } from '../../relay/conversation-contract.ts';

/** The base's own ref has this name, so no entrant can. */
export const BASE_NAME = 'base';

/** Longer names help nobody and meet the limits of file systems. */
const MAX_CHARS = 40;

/**
 * A name for each entrant, in order: `claude`, `claude-opus`. Unique in the race whatever the case, and safe as a folder
 * and as a part of a ref (git-check-ref-format).
 */
export function entrantIds(choices: readonly AgentChoice[]): string[] {
	const taken = new Set([BASE_NAME]);
	return choices.map(({ agent, model }) => {
		const wanted = slug(model === null ? agent : `${agent}-${model}`, 'entrant');
		let id = wanted;
		for (let count = 2; taken.has(id.toLowerCase()); count++) id = `${wanted}-${count}`;
		taken.add(id.toLowerCase());
		return id;
	});
}

/** Letters, digits, `-` and `_`, beginning with a letter or digit; `fallback` where nothing is left. */
export function slug(text: string, fallback: string): string {
	const safe = text
		.replace(/[^A-Za-z0-9_-]+/g, '-')
		.replace(/^[-_]+/, '')
		.slice(0, MAX_CHARS)
		.replace(/[-_]+$/, '');
	return safe || fallback;
}
