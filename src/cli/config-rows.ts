import { CONFIG_KEYS } from '../config/config-keys.ts';
import type { LoadedConfig } from '../config/layers.ts';
import type { ConfigRow } from '../shell/services.ts';

/** Every value in force with where it comes from; keys of single agents only where they are set. */
export function configRows({ config, origins }: LoadedConfig): ConfigRow[] {
	const fixed = CONFIG_KEYS.map(({ key }) => key).filter((key) => !key.includes('NAME'));
	const keys = [...new Set([...fixed, ...origins.keys()])];
	return keys.map((key) => ({
		key,
		value: JSON.stringify(valueAt(config, key) ?? null),
		origin: origins.get(key)?.place ?? 'default',
	}));
}

/** `agents.claude.model` lies in `agents.by_name.claude.model`. */
function valueAt(config: LoadedConfig['config'], key: string): unknown {
	const parts = key.split('.');
	const path = parts[0] === 'agents' && parts.length === 3 ? ['agents', 'by_name', ...parts.slice(1)] : parts;
	return path.reduce<unknown>((value, part) => (isRecord(value) ? value[part] : undefined), config);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
