import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { PickerRow } from '../../../../src/commands/runner/picker-source.ts';
import { runPickerScreen } from '../../../../src/shell/picker/picker-screen.ts';
import { createTheme } from '../../../../src/ui/theme.ts';

const web = (state: string): PickerRow[] => [
	{
		...{ uuid: 'u', state, name: 'web', runs: '', host: '', port: '', protocol: 'tcp' },
		...{ dns: '', dnsLabel: '', created: '', used: '', problem: '' },
	},
];

/** Looks, sleeps and what is done end when the test says so. */
function openPicker() {
	const written: string[] = [];
	const output = { columns: 60, rows: 8, write: (text: string) => void written.push(text) };
	const input = Object.assign(new EventEmitter(), { resume() {}, pause() {} });
	const off = () => undefined;
	const looks: Array<(rows: PickerRow[]) => void> = [];
	let [wake, done] = [off as () => void, off as (said: string) => void];
	const ended = runPickerScreen({
		...{ input, output, ascii: false, reportsKeys: false, theme: createTheme(false) },
		signals: { on: () => off, onExit: () => off, stopGroup: off },
		clock: { now: () => 0, monotonic: () => 0, sleep: () => new Promise<void>((now) => (wake = now)) },
		source: {
			agents: [],
			kinds: [],
			list: () => new Promise((look) => looks.push(look)),
			act: () => new Promise((said) => (done = said)),
			attach: async () => '',
			settings: async () => [],
		},
	});
	const after = (_: unknown) => new Promise((next) => setImmediate(next));
	return {
		ended,
		text: () => written.join(''),
		press: (keys: string) => input.emit('data', Buffer.from(keys)),
		look: (rows: PickerRow[]) => after(looks.shift()?.(rows)),
		wake: () => after(wake()),
		finish: (said: string) => after(done(said)),
	};
}

it('shows what a look found while something was done once that is done: until then it takes no keys', async () => {
	const picker = openPicker();
	await picker.look(web('R'));
	expect(picker.text()).toContain('› R  web');
	await picker.wake();
	picker.press('Ky');
	await picker.look(web('-'));
	expect(picker.text()).toContain('At it …');
	expect(picker.text()).not.toContain('› -  web');
	await picker.finish('web has ended.');
	await picker.look(web('-'));
	expect(picker.text()).toContain('› -  web');
	picker.press('q');
	expect(await picker.ended).toBe(0);
});
