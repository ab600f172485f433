/** What the reading commands print, as text in two widths and as data: every word of it, from records with fixed times. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { CliHome } from '../helpers/cli-home.ts';
import { GoldenFiles } from '../helpers/golden-files.ts';
import { sceneText } from '../helpers/golden-scene.ts';
import { createShelf, SHELF, SHELF_NOW } from '../helpers/golden-shelf.ts';
import { GoldenText } from '../helpers/golden-text.ts';

const files = new GoldenFiles('reading');
let cli: CliHome;
let words: GoldenText;

beforeAll(() => {
	cli = createShelf();
	words = new GoldenText(cli, { hasFixedTimes: true });
});
afterAll(() => cli.remove());

/** `100`: on a pipe; `40`: on a terminal that wide. */
type Form = '100' | '40' | 'json';
const EVERY: readonly Form[] = ['100', '40', 'json'];

const KEPT = ['--sessions', '--races', '--snapshots', '--witness'];

const COMMANDS: ReadonlyArray<readonly [name: string, args: readonly string[], forms: readonly Form[]]> = [
	['sessions', ['sessions'], EVERY],
	['sessions-all', ['sessions', '--all'], ['100']],
	['sessions-flat', ['sessions', '--flat'], ['100']],
	['sessions-grep', ['sessions', '--grep', 'GREETING'], ['100']],
	['sessions-limit', ['sessions', '--limit', '2'], ['100']],
	['sessions-status', ['sessions', '--status', 'checkpointed'], ['100']],
	['sessions-none', ['sessions', '--status', 'active'], ['100']],
	['show', ['show', SHELF.run], EVERY],
	['show-latest', ['show'], ['100', '40']],
	['show-turn', ['show', SHELF.run, '--turn', '2'], ['100', 'json']],
	['show-chat', ['show', SHELF.chat], ['100']],
	['show-race', ['show', SHELF.race], ['100']],
	['show-damaged', ['show', SHELF.damaged], ['100', 'json']],
	['agents', ['agents'], EVERY],
	['agents-env', ['agents', '--env', 'claude'], ['100']],
	['limits', ['limits'], EVERY],
	['config-show', ['config', 'show'], EVERY],
	['config-path', ['config', 'path'], EVERY],
	['prune', ['prune', ...KEPT], EVERY],
	['race-list', ['race', 'list'], EVERY],
	['race-show', ['race', 'show'], EVERY],
	['race-clean', ['race', 'clean'], ['100']],
];

const SCENES = COMMANDS.flatMap(([name, args, forms]) =>
	forms.map((form) => ({ scene: `${name}-${form}`, args, form })),
);

describe('reading commands print what they did', () => {
	it.each(SCENES)('$scene', async ({ scene, args, form }) => {
		const run = {
			args: form === 'json' ? [...args, '--json'] : args,
			now: SHELF_NOW,
			env: { ANTHROPIC_API_KEY: 'fake-claude-key' },
			...(form === '40' ? { columns: 40 } : {}),
		};
		files.expect(scene, await sceneText(cli, run, words));
	});

	it('with no file of a scene that is gone', () => files.expectOnly(SCENES.map(({ scene }) => scene)));
});
