import type { ConfigLine } from '../../config/layers/layers.ts';
import { safeLine, safeText } from '../../core/text.ts';
import { fieldLines } from '../../ui/field-lines.ts';
import { formatBytes } from '../../ui/quantities.ts';
import { renderTable } from '../../ui/table.ts';
import type { Look } from '../look.ts';
import type { EditData, PlacesData } from './run.ts';

const VALUE_CHARS = 300;

export function configLines(found: readonly ConfigLine[], { theme, columns }: Look): string[] {
	const rows = found.map((line) => [line.key, valueText(line), safeLine(line.origin.place, VALUE_CHARS)]);
	const heads = [
		{ title: 'key', paint: theme.bold },
		{ title: 'value', minColumns: 12 },
		{ title: 'from', minColumns: 16, paint: theme.dim },
	];
	return renderTable(heads, rows, { columns, theme });
}

/** Bare, for a script: text without quotes, a list or a table as JSON. */
export function valueLines({ value }: ConfigLine): string[] {
	return [
		safeText(typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')),
	];
}

export function placeLines({ places, snapshotBytes }: PlacesData, look: Look): string[] {
	const rows = places.map(({ name, path, isThere }): [string, string] => {
		const shown = safeLine(path, VALUE_CHARS);
		return [name.replaceAll('_', ' '), isThere ? shown : look.theme.dim(`${shown} (none yet)`)];
	});
	if (snapshotBytes > 0) rows.push(['snapshots take', `${formatBytes(snapshotBytes)}, all repos`]);
	return fieldLines(rows, look);
}

/** Where it was saved, and what is in force now. */
export function editLines(data: EditData): string[] {
	if (data.kind === 'so_already') {
		const where = data.repo === null ? 'everywhere' : `in ${safeLine(data.repo, VALUE_CHARS)}`;
		const is = data.isAllowed ? 'was allowed already' : 'was not allowed by your file';
		return [`${JSON.stringify(safeLine(data.command, VALUE_CHARS))} ${is} ${where}.`];
	}
	const shown = safeLine(data.file, VALUE_CHARS);
	if (data.kind === 'not_set') return [`${data.key} was not set in ${shown}.`];
	if (data.kind === 'unchanged') return [`Nothing was changed in ${shown}.`];
	if (data.kind === 'edited') return [`Saved in ${shown}`];
	const { file, key, inForce } = data;
	const saved = `Saved in ${safeLine(file, VALUE_CHARS)}`;
	if (inForce === null) return [saved];
	const now = `${key} = ${valueText(inForce)}`;
	const { layer, place } = inForce.origin;
	return [saved, layer === 'user' || layer === 'default' ? now : `but here ${place} says ${now}`];
}

/** As in the file: `""` takes the place of "none". */
function valueText({ value, unit }: Pick<ConfigLine, 'value' | 'unit'>): string {
	const text = safeLine(JSON.stringify(value ?? ''), VALUE_CHARS);
	return unit === null || typeof value !== 'number' ? text : `${text} ${unit}`;
}
