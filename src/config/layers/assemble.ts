/** Assembles the checked configuration from the values of all layers, lowest first. Pure. */
import * as v from 'valibot';
import { agentOfKey } from '../config-keys.ts';
import { DEFAULT_AGENT_SETTINGS, DEFAULT_CONFIG } from '../defaults.ts';
import { type RelayConfig, relayConfigSchema } from '../schema.ts';
import { checkAgents } from './check-agents.ts';
import { configError, type LayerValue, type Origin, show } from './layer-values.ts';

export interface Assembled {
	config: RelayConfig;
	/** Full key -> where its value comes from. Keys that nobody set are absent (`default`). */
	origins: Map<string, Origin>;
}

/** A value that passed its key's check, in the form that the configuration holds. */
export interface CheckedValue extends LayerValue {
	value: unknown;
}

/** Throws RelayError naming place, key, value received and what is allowed. */
export function checkValue(value: LayerValue): CheckedValue {
	const result = v.safeParse(value.row.schema, value.raw);
	if (result.success) return { ...value, value: result.output };
	throw configError(value.origin, `${problemOf(value, result.issues[0])}; allowed: ${value.row.allowed}`);
}

/** Describes the problem, naming the part of a list or table that is wrong. */
function problemOf({ key, raw }: LayerValue, issue: v.BaseIssue<unknown>): string {
	const path = v.getDotPath(issue);
	if (path === null) return `${key} is ${show(raw)}`;
	const part = `${key}.${path}`;
	if (issue.expected === 'never') return `unknown key "${part}"`;
	return issue.input === undefined ? `${part} is missing` : `${part} is ${show(issue.input)}`;
}

/**
 * Later values win. `knownAgents` need no `command`; every agent that `agents.order`, `agents.default` or a table names must be one
 * of them or have one.
 */
export function assemble(values: readonly CheckedValue[], knownAgents: readonly string[]): Assembled {
	const origins = new Map<string, Origin>();
	const root: Record<string, unknown> = structuredClone(DEFAULT_CONFIG);
	for (const { key, value, origin } of values) {
		origins.set(key, origin);
		put(root, storedPath(key), value);
	}
	const config = v.parse(relayConfigSchema, root);
	checkAgents(config, origins, knownAgents);
	return { config, origins };
}

function storedPath(key: string): string[] {
	return agentOfKey(key) === null ? key.split('.') : ['agents', 'by_name', ...key.split('.').slice(1)];
}

function put(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
	let folder = root;
	for (const [depth, name] of path.slice(0, -1).entries()) {
		const isAgent = depth === 2 && path[1] === 'by_name';
		let next = Object.hasOwn(folder, name) ? folder[name] : undefined;
		if (next === undefined) {
			next = isAgent ? structuredClone(DEFAULT_AGENT_SETTINGS) : {};
			folder[name] = next;
		}
		folder = asFolder(next, path);
	}
	folder[path.at(-1) ?? ''] = value;
}

function asFolder(value: unknown, path: readonly string[]): Record<string, unknown> {
	if (typeof value !== 'object' || value === null) throw new Error(`${path.join('.')} crosses a value`);
	// An object but not an array: sections and agents only.
	return value as Record<string, unknown>;
}
