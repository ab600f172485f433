/** `agent-relay config show|path|set|allow`: every value with its origin, and edits of the user's own file. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '../../app/create-app.ts';
import { readSettings, type Settings } from '../../app/open-relay.ts';
import { CONFIG_KEYS, genericKey } from '../../config/config-keys.ts';
import { appendAllowCommand, type EditOptions, setConfigValue } from '../../config/edit-config.ts';
import { type ConfigLine, listConfig } from '../../config/layers.ts';
import { nearestName } from '../../config/nearest-name.ts';
import { RelayError } from '../../core/errors.ts';
import { lockingOf } from '../../core/file-lock.ts';
import { safeLine } from '../../core/text.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { fieldLines } from '../../ui/field-lines.ts';
import { formatBytes } from '../../ui/quantities.ts';
import { renderTable } from '../../ui/table.ts';
import type { CommandResult, Output } from '../command.ts';

const VALUE_CHARS = 300;

export async function showConfig(
	app: App,
	{ key }: { key?: string },
	output: Output,
): Promise<CommandResult> {
	const { loaded } = await settingsOf(app);
	const all = listConfig(loaded);
	const found =
		key === undefined ? all : all.filter((line) => line.key === key || line.key.startsWith(`${key}.`));
	if (found.length === 0) throw unknownKey(key ?? '', all);
	return { exitCode: EXIT.done, data: { values: found.map(toJson) }, lines: tableLines(found, output) };
}

export async function showPaths(app: App, _options: object, output: Output): Promise<CommandResult> {
	const { paths } = app;
	const { location } = await app.store();
	const places = {
		user_config: paths.userConfig,
		repo_config: location.configFile,
		sessions: join(location.folder, 'sessions'),
		limits: paths.limits,
		trust: paths.trust,
		snapshots: join(paths.stateHome, 'snapshots'),
	};
	const rows = Object.entries(places).map(([name, path]): [string, string] => [
		name.replaceAll('_', ' '),
		existsSync(path)
			? safeLine(path, VALUE_CHARS)
			: output.theme.dim(`${safeLine(path, VALUE_CHARS)} (none yet)`),
	]);
	const { snapshotBytes } = await import('../../git/snapshot-bounds.ts');
	const bytes = snapshotBytes(places.snapshots);
	if (bytes > 0) rows.push(['snapshots take', `${formatBytes(bytes)}, all repos`]);
	return {
		exitCode: EXIT.done,
		data: { ...places, snapshots_bytes: bytes },
		lines: fieldLines(rows, output),
	};
}

export async function setConfig(app: App, options: { key: string; value: string }): Promise<CommandResult> {
	const { key, value } = options;
	setConfigValue(app.paths.userConfig, key, value, editOptions(app));
	return afterEdit(app, key);
}

export async function allowCommand(app: App, { command }: { command: string }): Promise<CommandResult> {
	if (command.trim() === '') {
		throw new RelayError('usage', 'The command is empty.', {
			hint: 'For example: agent-relay config allow "npm test"',
		});
	}
	const key = 'permissions.allow_commands';
	const isNew = appendAllowCommand(app.paths.userConfig, command, editOptions(app));
	if (isNew) return afterEdit(app, key);
	return { exitCode: EXIT.done, lines: [`${JSON.stringify(command)} was allowed already.`] };
}

/** Says what is in force now: another layer may stand above the user's file. */
async function afterEdit(app: App, key: string): Promise<CommandResult> {
	const { loaded } = await settingsOf(app);
	const line = listConfig(loaded).find((candidate) => candidate.key === key);
	const lines = [`Saved in ${safeLine(app.paths.userConfig, VALUE_CHARS)}`];
	if (line !== undefined && line.origin.layer !== 'user') {
		lines.push(`but here ${line.origin.place} says ${key} = ${valueText(line)}`);
	} else if (line !== undefined) lines.push(`${key} = ${valueText(line)}`);
	return { exitCode: EXIT.done, lines };
}

function settingsOf(app: App): Promise<Settings> {
	return readSettings(app, { isTrusted: false, config: [] });
}

function editOptions({ processes, clock }: App): EditOptions {
	return { locking: lockingOf(processes, clock) };
}

function unknownKey(key: string, all: readonly ConfigLine[]): RelayError {
	const known = [...new Set([...all.map((line) => line.key), ...CONFIG_KEYS.map((row) => row.key)])];
	if (CONFIG_KEYS.some((row) => row.key === genericKey(key))) {
		return new RelayError('not_found', `${key} is not set.`, {
			hint: `Set it: agent-relay config set ${key} VALUE`,
		});
	}
	const nearest = nearestName(key, known);
	return new RelayError('usage', `There is no setting ${JSON.stringify(key)}.`, {
		hint: nearest === null ? 'See them all: agent-relay config show' : `Did you mean ${nearest}?`,
	});
}

function tableLines(found: readonly ConfigLine[], { theme, columns }: Output): string[] {
	const rows = found.map((line) => [line.key, valueText(line), safeLine(line.origin.place, VALUE_CHARS)]);
	const heads = [
		{ title: 'key', paint: theme.bold },
		{ title: 'value', minColumns: 12 },
		{ title: 'from', minColumns: 16, paint: theme.dim },
	];
	return renderTable(heads, rows, { columns, theme });
}

/** As in the file: `""` takes the place of "none". */
function valueText({ value, unit }: Pick<ConfigLine, 'value' | 'unit'>): string {
	const text = safeLine(JSON.stringify(value ?? ''), VALUE_CHARS);
	return unit === null || typeof value !== 'number' ? text : `${text} ${unit}`;
}

function toJson({ key, value, origin, unit, about }: ConfigLine): Record<string, unknown> {
	return { key, value, unit, layer: origin.layer, from: origin.place, about };
}
