/** Settings that the user gives for one session: `KEY=VALUE`, or a file of them. */
import { isAbsolute, join } from 'node:path';
import { RelayError } from '../core/errors.ts';
import { readRegularText } from '../core/files/read-file.ts';
import { checkValue } from './layers/assemble.ts';
import {
	type ConfigFlag,
	keyValue,
	type LayerValue,
	readText,
	valuesOfDocument,
} from './layers/layer-values.ts';
import { parseToml } from './toml/toml-text.ts';

/** A setting that a session keeps; `value` as a configuration file would have it. */
export interface KeptSetting {
	key: string;
	value: unknown;
}

const MAX_FILE_BYTES = 1024 * 1024;
const BY_KEY = /^\s*([\w.-]+)\s*=([\s\S]*)$/;

/**
 * In the order given, so that a later one wins. `folder`: what a relative path is meant from. Throws RelayError `usage` for a key, a
 * value or a file that cannot be read, naming what is allowed.
 */
export function readGivenSettings(words: readonly string[], folder: string): ConfigFlag[] {
	return words.flatMap((text) => {
		const [, key, value] = BY_KEY.exec(text) ?? [];
		if (key === undefined || value === undefined) return ofFile(text, folder);
		return [checked(readText(keyValue(key, value.trim(), { layer: 'flag', place: '--config' })))];
	});
}

/** What a session kept earlier; `full` must be given again. */
export function flagsOfKept(kept: readonly KeptSetting[]): ConfigFlag[] {
	return kept.filter(isKept).map(({ key, value }) => ({ key, value, flag: 'kept with the session' }));
}

/** What a session keeps of settings, each key once. */
export function settingsToKeep(given: readonly KeptSetting[]): KeptSetting[] {
	const byKey = new Map(given.filter(isKept).map(({ key, value }) => [key, { key, value }]));
	return [...byKey.values()];
}

const isKept = ({ key, value }: KeptSetting) => !(key === 'permissions.preset' && value === 'full');

function ofFile(typed: string, folder: string): ConfigFlag[] {
	const path = isAbsolute(typed) ? typed : join(folder, typed);
	const text = typed === '' ? null : readRegularText(path, MAX_FILE_BYTES);
	if (text === null)
		throw new RelayError('usage', `--config ${JSON.stringify(typed)} is neither KEY=VALUE nor a file.`, {
			hint: 'For example: --config limits.patience_s=60, or --config night.toml',
		});
	const values = valuesOfDocument(parseToml(text, path), 'flag');
	return values.map((value) => checked({ ...value, origin: { ...value.origin, layer: 'flag' } }));
}

function checked(value: LayerValue): ConfigFlag {
	const { key, raw, origin } = value;
	if (key === 'store')
		throw new RelayError('usage', `${origin.place}: store cannot be set for one session.`, {
			hint: 'It decides where sessions are found: agent-relay config set store state',
		});
	checkValue(value);
	return { key, value: raw, flag: origin.place };
}
