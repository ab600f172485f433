import { describe, expect, it } from 'vitest';
import type { Command } from '../../../src/commands/command.ts';
import { CHANGING_TOOLS, READING_TOOLS } from '../../../src/commands/mcp/tool-names.ts';
import { COMMANDS } from '../../../src/commands/registry.ts';
import type { ArgumentSchema } from '../../../src/mcp/tools/argument-schema.ts';
import { readingTools, TOOLS } from '../../../src/mcp/tools/tool-table.ts';

const commands: readonly Command[] = Object.values(COMMANDS);
const named = TOOLS.map((tool) => [tool.name, tool] as const);

/** The largest that fits, as characters or as a number; null: nothing bounds it. */
function boundOf(schema: ArgumentSchema): number | null {
	switch (schema.type) {
		case 'string':
			return schema.maxLength ?? schema.enum?.length ?? null;
		case 'integer':
			return schema.maximum;
		case 'boolean':
			return 1;
		case 'array':
			return boundOf(schema.items) === null ? null : schema.maxItems;
	}
}

describe('the tools', () => {
	it('are those commands that say so, each under a name of its own', () => {
		const ofCommands = commands.filter((command) => command.in.includes('mcp')).map(({ path }) => path);
		expect([...new Set(TOOLS.map(({ command }) => command.path))].sort()).toEqual(ofCommands.sort());
		expect(new Set(TOOLS.map(({ name }) => name)).size).toBe(TOOLS.length);
	});

	it.each(named)(
		'%s gives each argument to an option of its command, and needs what that needs',
		(_, tool) => {
			const given = Object.values(tool.takes).map(({ option }) => option);
			const isKnown = (option: string) => tool.command.options.has(option) || tool.toOptions !== undefined;
			expect(given.filter((option) => !isKnown(option))).toEqual([]);
			if (tool.toOptions === undefined) expect(new Set(given).size).toBe(given.length);
			const needed = [...tool.command.options].filter(
				([, { flags, only }]) => flags.startsWith('<') && only !== 'shell',
			);
			const always = Object.values(tool.takes).filter(({ isNeeded }) => isNeeded);
			const fixed = Object.keys(tool.given ?? {});
			for (const [option] of needed)
				expect([...always.map((one) => one.option), ...fixed], `${tool.name}: ${option}`).toContain(option);
		},
	);

	it.each(named)(
		'%s says what it does and what each argument is, within bounds',
		(_, { about, title, takes }) => {
			expect(about).toMatch(/^[A-Z].*\.$/);
			expect(title).not.toMatch(/\.$/);
			for (const [name, { schema }] of Object.entries(takes)) {
				expect(name).toMatch(/^[a-z][a-z_]*$/);
				expect(schema.description).toMatch(/^\S.*[^.]$/);
				expect(boundOf(schema), name).not.toBeNull();
			}
		},
	);

	it.each(named)('%s promises fields that it describes', (_, { gives }) => {
		expect(Object.keys(gives.properties)).not.toEqual([]);
		for (const field of gives.required) expect(gives.properties).toHaveProperty(field);
	});

	it('never call a command that starts agents', () => {
		expect(TOOLS.filter(({ command }) => command.live !== null)).toEqual([]);
	});

	it('are known by name to those who start agents', () => {
		expect(TOOLS.map(({ name }) => name).sort()).toEqual([...READING_TOOLS, ...CHANGING_TOOLS].sort());
		expect(readingTools().map(({ name }) => name)).toEqual([...READING_TOOLS]);
	});

	it('are fewer where nothing may change', () => {
		const names = readingTools().map(({ name }) => name);
		expect(names).toContain('list_sessions');
		expect(
			names.filter((name) => /^(create|select|archive|rebind|save|park|switch|tag)_|^note$/.test(name)),
		).toEqual([]);
	});
});
