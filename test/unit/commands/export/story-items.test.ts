import { describe, expect, it } from 'vitest';
import type { ExportEvent, ExportItem } from '../../../../src/commands/export/document.ts';
import { isOneThread, storyItems } from '../../../../src/commands/export/render/story-items.ts';
import { fakeExport, fakeExportTurn } from '../../../helpers/fake-export.ts';

const event = (name: string): ExportEvent => ({
	type: 'event',
	session_id: 'x',
	at: '2026-03-01T12:01:00.000Z',
	event: name,
	text: name,
	details: [],
	data: null,
});
const start: ExportItem = { type: 'session', session_id: 'x', title: '', entrant: null, at: '' };
const session = (id: string, parent: string | null) => ({ ...HEAD, id, parent });
const HEAD = {
	kind: 'run',
	name: null,
	title: null,
	entrant: null,
	status: 'completed',
	created_at: '',
	branch: null,
	worktree: '~',
	tags: [],
	relay_version: '0',
};

async function told(items: ExportItem[], head: Parameters<typeof fakeExport>[1] = {}) {
	const shown: ExportItem[] = [];
	for await (const item of storyItems(fakeExport(items, head))) shown.push(item);
	return shown;
}

describe('the story for people', () => {
	it('has a checkpoint only where the work stopped there', async () => {
		const items = [
			event('checkpointed'),
			event('handed_over'),
			fakeExportTurn({ packet: 'resume/001-a-b.md' }),
			event('checkpointed'),
			fakeExportTurn(),
			event('checkpointed'),
		];
		const shown = await told(items);
		expect(shown.map((item) => (item.type === 'event' ? item.event : item.type))).toEqual([
			'handed_over',
			'turn',
			'checkpointed',
			'turn',
			'checkpointed',
		]);
	});

	it('says the topic of a chat once, and keeps what the user said in between', async () => {
		const message = (text: string) =>
			fakeExportTurn({ trigger: 'chat', packet: 'p', prompt: { text, is_confirmed: true } });
		const [first, second] = await told([message('Fix the login'), message('Faster')], {
			head: { kind: 'chat' },
		});
		expect(first).toMatchObject({ packet: null, prompt: null });
		expect(second).toMatchObject({ packet: null, prompt: { text: 'Faster' } });
	});

	it('names sessions only where one does not simply continue the one before', async () => {
		const thread = { sessions: [session('a', null), session('b', 'a'), session('c', 'b')] };
		const fork = { sessions: [session('a', null), session('b', 'a'), session('c', 'a')] };
		expect(await told([start], { head: thread })).toEqual([]);
		expect(await told([start], { head: fork })).toEqual([start]);
		expect(isOneThread({ ...fakeExport([]).head, ...thread })).toBe(true);
	});
});
