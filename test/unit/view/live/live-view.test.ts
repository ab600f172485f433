import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScreenWriter } from '../../../../src/ui/screen-writer.ts';
import { createTheme } from '../../../../src/ui/theme.ts';
import { LiveView, type LiveViewOptions } from '../../../../src/view/live/live-view.ts';
import { PtyScreen } from '../../../helpers/pty-screen.ts';

/** Time stands still; frames are drawn by `flush`. */
const clock = { now: () => 0, monotonic: () => 0, sleep: () => new Promise<void>(() => undefined) };

async function open(columns = 40, rows = 12, rowsBelow: LiveViewOptions['rowsBelow'] = () => []) {
	const screen = new PtyScreen(columns, rows);
	const view = new LiveView({
		screen: new ScreenWriter(screen),
		theme: createTheme(false),
		clock,
		layoutEdit: () => ({ rows: ['claude › typed'], cursor: { row: 0, column: 14 } }),
		rowsBelow,
	});
	await view.ready();
	return { screen, view };
}

describe('the live view', () => {
	it('shows a partial line above the edit line and goes on with it', async () => {
		const { screen, view } = await open();
		view.text('message', 'The answer is for');
		view.flush();
		expect(screen.lines()).toEqual(['  The answer is for', '', 'claude › typed']);
		view.text('message', 'ty-two.\nAnd');
		view.flush();
		expect(screen.lines()).toEqual(['  The answer is forty-two.', '  And', '', 'claude › typed']);
		expect([screen.row, screen.column]).toEqual([3, 14]);
	});

	it('shows what runs and removes it when the turn is over', async () => {
		const { screen, view } = await open();
		view.status({
			agent: 'claude',
			startedAt: 0,
			tools: [{ text: 'run npm test', startedAt: 0 }],
			waiting: null,
		});
		view.flush();
		expect(screen.lines()).toEqual(['', '▸ run npm test', '⠋ claude 0 s · Ctrl+C stops', 'claude › typed']);
		view.status(null);
		view.line('done');
		view.flush();
		expect(screen.lines()).toEqual(['done', '', 'claude › typed']);
	});

	it('keeps a very long line without end from filling memory or the screen', async () => {
		const { screen, view } = await open();
		for (let i = 0; i < 100; i++) view.text('message', 'x'.repeat(1000));
		view.flush();
		expect(screen.lines().length).toBeLessThanOrEqual(12);
		expect(screen.text().replace(/[^x]/g, '').length).toBeGreaterThan(90_000);
	});

	it('skips what comes faster than it can be shown, says so, and shows the end', async () => {
		const { screen, view } = await open();
		for (let i = 0; i < 3000; i++) view.text('message', `line ${i} ${'y'.repeat(990)}\n`);
		view.line('footer');
		view.flush();
		const text = screen.text();
		expect(text.match(/… [\d.]+ MB came faster than it can be/g)).toHaveLength(1);
		expect([text.includes('line 2999'), text.includes('line 500 ')]).toEqual([true, false]);
		expect(screen.lines().slice(-3)).toEqual(['footer', '', 'claude › typed']);
	});

	it('draws nothing while the terminal is given away, and all of it afterwards', async () => {
		const { screen, view } = await open();
		view.hold();
		view.line('meanwhile');
		view.flush();
		expect(screen.text()).toBe('');
		view.release();
		view.flush();
		expect(screen.lines()).toEqual(['meanwhile', '', 'claude › typed']);
	});

	it('keeps rows under the edit line, and none of them in what it leaves behind', async () => {
		const { screen, view } = await open(40, 12, ({ columns, rows }) => [`below ${columns}x${rows}`]);
		view.line('done');
		view.flush();
		expect(screen.lines()).toEqual(['done', '', 'claude › typed', 'below 40x12']);
		expect([screen.row, screen.column]).toEqual([2, 14]);
		for (let i = 0; i < 30; i++) view.line(`line ${i}`);
		view.flush();
		expect(screen.scrollback.join('\n')).not.toContain('below');
		view.close();
		expect(screen.text()).not.toContain('below');
	});

	it('leaves only the transcript behind', async () => {
		const { screen, view } = await open();
		view.text('message', 'partial');
		view.close();
		view.line('too late');
		expect(screen.lines()).toEqual([]);
	});

	it('shows the same lines however the text is cut and whenever it is drawn', async () => {
		const word = fc.constantFrom(
			'one ',
			'two\n',
			'漢字 ',
			'- item\n',
			'\n',
			'longer-word ',
			'```\n',
			'x'.repeat(50),
		);
		await fc.assert(
			fc.asyncProperty(fc.array(fc.tuple(word, fc.boolean()), { maxLength: 30 }), async (parts) => {
				const whole = await open();
				whole.view.text('message', parts.map(([text]) => text).join(''));
				whole.view.endText();
				whole.view.flush();
				const cut = await open();
				for (const [text, isDrawn] of parts) {
					cut.view.text('message', text);
					if (isDrawn) cut.view.flush();
				}
				cut.view.endText();
				cut.view.flush();
				expect(cut.screen.all()).toEqual(whole.screen.all());
			}),
		);
	});
});
