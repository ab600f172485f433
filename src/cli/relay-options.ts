/** The flags that every command with a conversation shares, from text to what `openRelay` takes. */
import { requireModelName } from '../agents/model-name.ts';
import { readPreset } from '../agents/permission-presets.ts';
import type { RelayFlags } from '../app/open-relay.ts';
import { parseDuration } from '../config/duration.ts';
import type { ConfigFlag } from '../config/layers/layer-values.ts';
import { RelayError } from '../core/errors.ts';

/** As commander gives them. */
export interface RelayOptions {
	agent?: string;
	model?: string;
	permissions?: string;
	order?: string;
	continue?: boolean;
	session?: string;
	maxTurns?: string;
	maxCost?: string;
	timeout?: string;
	wait?: boolean;
	trust?: boolean;
	here?: boolean;
	json?: boolean;
	quiet?: boolean;
}

export function relayFlags(options: RelayOptions, kind: 'shell' | 'run'): RelayFlags {
	if (options.continue && options.session !== undefined) {
		throw new RelayError('usage', '--continue and --session name two sessions.', {
			hint: 'Give one of them.',
		});
	}
	return {
		kind,
		agent: options.agent ?? null,
		model: options.model === undefined ? null : requireModelName(options.model),
		permissions: options.permissions === undefined ? null : readPreset(options.permissions),
		order: options.order === undefined ? null : parseOrder(options.order),
		timeoutMs: options.timeout === undefined ? null : parseTimeout(options.timeout),
		isTrusted: options.trust ?? false,
		isHere: options.here ?? false,
		config: configFlags(options),
	};
}

function parseOrder(text: string): string[] {
	const names = text.split(',').map((name) => name.trim());
	if (names.some((name) => name === '')) {
		throw new RelayError('usage', `--order ${JSON.stringify(text)} names no agent at one place.`, {
			hint: 'For example: --order claude,codex',
		});
	}
	return names;
}

export function parseTimeout(text: string): number {
	const seconds = parseDuration(text);
	if (seconds !== null && seconds > 0) return seconds * 1000;
	throw new RelayError(
		'usage',
		`--timeout takes a time such as 90s, 10m or 2h, not ${JSON.stringify(text)}.`,
	);
}

function configFlags({ maxTurns, maxCost, wait }: RelayOptions): ConfigFlag[] {
	return [
		...(wait ? [{ key: 'limits.when_exhausted', value: 'wait', flag: '--wait' }] : []),
		...(maxTurns === undefined ? [] : [{ key: 'budgets.max_turns', value: maxTurns, flag: '--max-turns' }]),
		...(maxCost === undefined ? [] : [{ key: 'budgets.max_cost', value: maxCost, flag: '--max-cost' }]),
	];
}
