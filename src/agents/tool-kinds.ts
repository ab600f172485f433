import type { ToolKind } from './events.ts';

/** The kind of a tool by its exact name in a CLI's own table; a name that is not listed is `other`. */
export function toolKind(table: ReadonlyMap<string, ToolKind>, name: string): ToolKind {
	return table.get(name) ?? 'other';
}
