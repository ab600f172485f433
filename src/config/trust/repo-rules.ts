/** Decides what an untrusted repo's configuration may do: choose a model, idle time and looks, and lower budgets. */
import { agentOfKey } from '../config-keys.ts';
import type { LayerValue } from '../layers/layer-values.ts';

export interface Sifted {
	obeyed: LayerValue[];
	/** Keys that are not obeyed, in file order. */
	ignored: string[];
}

/**
 * `lower`: the value of a key in the layers below. Values are not checked yet: an ignored one need not even be well formed. An
 * agent that the file itself defines by a command is ignored entirely.
 */
export function siftUntrusted(values: readonly LayerValue[], lower: (key: string) => unknown): Sifted {
	const defined = new Set(
		values.filter(({ row }) => row.key === 'agents.NAME.command').map(({ key }) => agentOfKey(key)),
	);
	const isObeyed = (value: LayerValue) => {
		const agent = agentOfKey(value.key);
		if (agent !== null && defined.has(agent)) return false;
		switch (value.row.untrusted) {
			case 'may set':
				return true;
			case 'may lower':
				return isLower(value.raw, lower(value.key));
			case 'not obeyed':
			case 'user only':
				return false;
			default: {
				const unhandled: never = value.row.untrusted;
				throw new Error(`no rule for ${unhandled}`);
			}
		}
	};
	return {
		obeyed: values.filter(isObeyed),
		ignored: values.filter((value) => !isObeyed(value)).map(({ key }) => key),
	};
}

/** 0 means no budget, so any number is below it and nothing is below 0. Anything but a number is left to the check. */
function isLower(raw: unknown, current: unknown): boolean {
	if (typeof raw !== 'number') return true;
	if (raw <= 0) return raw === current;
	return typeof current !== 'number' || current === 0 || raw <= current;
}
