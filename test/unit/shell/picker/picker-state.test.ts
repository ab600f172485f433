import { describe, expect, it } from 'vitest';
import type { PickerRow } from '../../../../src/commands/runner/picker-source.ts';
import type { Key } from '../../../../src/shell/editor/keys.ts';
import { pickerRegion } from '../../../../src/shell/picker/picker-rows.ts';
import {
	chosenRow,
	firstPicker,
	type PickerEffect,
	type PickerState,
	pressPickerKey,
	shownRows,
	withMessage,
	withRunners,
} from '../../../../src/shell/picker/picker-state.ts';
import { PLAIN_THEME } from '../../../../src/ui/plain-theme.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';

const row = (name: string, over: Partial<PickerRow> = {}): PickerRow => ({
	...{ uuid: `uuid-${name}`, state: '-', name, runs: 'claude', host: 'local', port: '', protocol: 'tcp' },
	...{ dns: '', dnsLabel: '', created: '2 d ago', used: 'just now', problem: '', ...over },
});
const rows = [
	row('api', { state: 'C', port: '1001/tcp', dns: 'api.test', dnsLabel: 'api' }),
	row('web'),
	row('build'),
];
const text = (typed: string): Key[] => [...typed].map((one) => ({ kind: 'text', text: one }));
const key = (name: Extract<Key, { kind: 'press' }>['name'], shift = false): Key => ({
	...{ kind: 'press', name, character: '', ctrl: false, alt: false, shift },
});

function press(keys: readonly Key[], from = withRunners(firstPicker(['claude', 'codex']), rows)) {
	let state: PickerState = from;
	const effects: PickerEffect[] = [];
	for (const one of keys) {
		const reduced = pressPickerKey(state, one, 10);
		state = reduced.state;
		if (reduced.effect !== null) effects.push(reduced.effect);
	}
	return { state, effects };
}

describe('the list of runners', () => {
	it('moves by arrows, j, k and digits, and stays on the one that is chosen when the order changes', () => {
		const at = (...keys: Key[]) => chosenRow(press(keys).state)?.name;
		expect(at()).toBe('api');
		expect(at(...text('j'))).toBe('web');
		expect(at(...text('jjjj'))).toBe('build');
		expect(at(...text('jjk'))).toBe('web');
		expect(at(...text('3'))).toBe('build');
		expect(at(...text('9'))).toBe('api');
		expect(at(key('end'), key('up'))).toBe('web');
		const turned = withRunners(press(text('j')).state, rows.toReversed());
		expect(chosenRow(turned)?.name).toBe('web');
		expect(chosenRow(withRunners(turned, [row('last')]))?.name).toBe('last');
	});

	it('asks for the agent, and for what runs it, where there is a choice', () => {
		const from = withRunners(firstPicker(['claude', 'codex'], ['local', 'podman']), rows);
		const keys = [...text('nj'), key('enter'), ...text('j'), key('enter'), ...text('box'), key('enter')];
		expect(press(keys, from).effects).toEqual([
			{
				type: 'act',
				act: {
					...{ do: 'create', agent: 'codex', kind: 'podman' },
					fields: { name: 'box', port: '', protocol: 'tcp', dns: '' },
				},
			},
		]);
		const room = { columns: 40, rows: 10, theme: PLAIN_THEME };
		const shown = pickerRegion(press(keys.slice(0, 3), from).state, room).rows;
		expect(shown.slice(0, 3)).toEqual(['New runner: what runs it?', '› local', '  podman']);
		expect(press([...text('n'), key('enter'), ...text('q')], from).state.mode).toEqual({ is: 'list' });
		// With one of each nothing is asked.
		const only = withRunners(firstPicker(['claude'], ['local']), rows);
		expect(press(text('n'), only).state.mode).toMatchObject({ is: 'form', form: { agent: 'claude' } });
	});

	it('does what each key says, in either case, to the chosen one', () => {
		const acts = { b: 'background', r: 'restart', o: 'override' };
		for (const [letter, act] of Object.entries(acts))
			for (const each of [letter, letter.toUpperCase()])
				expect(press(text(`2${each}`)).effects).toEqual([
					{ type: 'act', act: { do: act, uuid: 'uuid-web' } },
				]);
		expect(press([key('enter')]).effects).toEqual([{ type: 'attach', uuid: 'uuid-api' }]);
		expect(press(text('q')).effects).toEqual([{ type: 'leave' }]);
		expect(press(text('S')).effects).toEqual([{ type: 'settings' }]);
		expect(press([...text('?x'), key('escape')]).effects).toEqual([{ type: 'leave' }]);
	});

	it('ends and deletes after y alone', () => {
		for (const [letter, act] of Object.entries({ K: 'kill', D: 'delete', d: 'delete' })) {
			expect(press(text(`${letter}y`)).effects).toEqual([
				{ type: 'act', act: { do: act, uuid: 'uuid-api' } },
			]);
			expect(press(text(`${letter}n`)).effects).toEqual([]);
			expect(press([...text(letter), key('enter')]).effects).toEqual([]);
		}
	});

	it('makes one by a form, whose protocol is chosen by t, u and Space, and which refuses what cannot be', () => {
		const tab = key('tab');
		const form = [...text('n'), key('down'), key('enter')];
		const typed = [...text('a b'), tab, ...text('-1'), tab, ...text('u t '), tab, ...text('web')];
		const refused = press([...form, ...typed, key('enter')]);
		expect(refused.effects).toEqual([]);
		const mended = press([key('backspace'), key('backspace'), key('enter')], refused.state);
		expect(mended.effects).toEqual([
			{
				type: 'act',
				act: {
					do: 'create',
					kind: 'local',
					agent: 'codex',
					fields: { name: 'a', port: '-1', protocol: 'udp', dns: 'web' },
				},
			},
		]);
		expect(press([...form, ...text('x'), key('escape'), key('enter')]).effects).toEqual([
			{ type: 'attach', uuid: 'uuid-api' },
		]);
	});

	it('edits with what is set, and asks a clone for its name alone', () => {
		expect(press([...text('e'), key('tab', true), ...text('2'), key('enter')]).effects).toEqual([
			{
				type: 'act',
				act: {
					do: 'edit',
					uuid: 'uuid-api',
					fields: { name: 'api', port: '1001', protocol: 'tcp', dns: 'api2' },
				},
			},
		]);
		expect(press([...text('c'), key('tab'), ...text('api-2'), key('enter')]).effects).toEqual([
			{ type: 'act', act: { do: 'clone', uuid: 'uuid-api', name: 'api-2' } },
		]);
	});

	it('is filtered while one types', () => {
		const { state } = press(text('/bui'));
		expect(shownRows(state).map(({ name }) => name)).toEqual(['build']);
		expect(press([key('enter'), ...text('r')], state).effects).toEqual([
			{ type: 'act', act: { do: 'restart', uuid: 'uuid-build' } },
		]);
		expect(shownRows(press([key('escape')], state).state)).toHaveLength(3);
	});
});

describe('its rows', () => {
	const draw = (state: PickerState, columns: number, height: number) =>
		pickerRegion(state, { columns, rows: height, theme: PLAIN_THEME }).rows;

	it('fit any size, in each mode', () => {
		const states = ['', '/we', '?', 's', 'n', 'e', 'd', 'c', '3'].map((keys) => press(text(keys)).state);
		const long = withMessage(press([]).state, 'The port is that of another runner. '.repeat(20), true);
		for (const [columns, height] of [
			[100, 30],
			[40, 10],
			[12, 4],
		] as const)
			for (const state of [...states, long, firstPicker([])]) {
				const drawn = draw(state, columns, height);
				expect(drawn.length).toBeLessThanOrEqual(height);
				for (const one of drawn) expect(columnsOf(one)).toBeLessThan(columns);
			}
	});

	it('leave out what matters least where there is little room', () => {
		const wide = draw(press([]).state, 100, 30).join('\n');
		expect(wide).toMatch(/› C {2}api +claude +local +1001\/tcp +api\.test +2 d ago +just now/);
		const narrow = draw(press([]).state, 40, 10);
		expect(narrow[2]).toMatch(/^› C {2}api +claude +1001\/tcp$|^› C {2}api +claude.*just now$/);
		const crowd = Array.from({ length: 50 }, (_, at) => row(`r${at}`));
		const far = press([key('end')], withRunners(firstPicker([]), crowd)).state;
		expect(draw(far, 40, 10).join('\n')).toContain('› -  r49');
	});
});
