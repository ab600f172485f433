/** Runners in real containers. docker is the program that podman brings in its place: one that runs podman. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { OuterTmux } from '../helpers/outer-tmux.ts';
import { IMAGE, NO_PODMAN, PodmanScene } from '../helpers/podman-scene.ts';

describe.skipIf(NO_PODMAN !== null)(
	`a runner in a container (skipped: ${NO_PODMAN ?? 'no'})`,
	{ timeout: 300_000 },
	() => {
		let scene: PodmanScene;
		let home: CliHome;
		let outer: OuterTmux;
		beforeAll(() => {
			scene = new PodmanScene();
		});
		afterAll(() => scene.remove());
		beforeEach(() => {
			home = new CliHome({ env: scene.env });
			home.program('docker', '#!/bin/sh\nexec podman "$@"\n');
			outer = new OuterTmux({ base: home.base, repo: home.repo, env: env() });
		});
		afterEach(async () => {
			outer.close();
			for (const { uuid } of (await json('list')).runners) await ok('delete', uuid, '--yes');
			home.remove();
			expect(scene.containers()).toEqual([]);
		});

		const env = () => ({ ...home.env, PATH: `${home.bin}:${process.env.PATH}` });
		const run = (...args: string[]) => home.run(['runner', ...args], { env: env() });
		const ok = async (...args: string[]) => {
			const done = await run(...args);
			expect(done.exitCode, done.stderr).toBe(0);
			return done.stdout;
		};
		const json = async (...args: string[]) => JSON.parse(await ok(...args, '--json'));
		const show = () => json('show', 'box');
		const create = (kind: string, ...command: string[]) =>
			ok('create', 'box', '--kind', kind, '--image', IMAGE, '--repo', '.', '--', ...command);

		it.each(['podman', 'docker'])('of %s starts, is seen, gets words, and ends', async (kind) => {
			await create(kind, 'sh', '-c', 'echo "$PORT $HOME"; cat; echo "$(id -u) $1" > made', 'sh', 'by it');
			await ok('edit', 'box', '--port', '-1', '--dns', 'box');
			expect(await show()).toMatchObject({ state: '-', kind, image: IMAGE });
			expect(scene.containers()).toEqual([]);
			await ok('restart', 'box');
			const { port, folder, work } = await show();
			expect(await show()).toMatchObject({ state: 'R', pending: false, attached: 0 });
			await ok('send', 'box', 'some $HOME words');
			await ok('wait', 'box', '--idle', '--quiet-for', '1s');
			const screen = await ok('peek', 'box');
			expect(screen.replaceAll('\n', '')).toContain(`${port} ${join(folder, 'home')}`.slice(0, 40));
			expect(screen).toContain('some $HOME words');
			const [name = ''] = scene.containers();
			expect(scene.podman('exec', name, 'cat', '/etc/hosts')).toMatch(/^127\.0\.0\.1\s+box$/m);
			const facts = JSON.parse(scene.podman('inspect', name))[0];
			expect(facts.HostConfig).toMatchObject({ ReadonlyRootfs: true, PidsLimit: 512, Memory: 2 * 2 ** 30 });
			expect(facts.EffectiveCaps ?? []).toEqual([]);
			await ok('edit', 'box', '--rename', 'box2');
			expect(await json('show', 'box2')).toMatchObject({ pending: true });
			await ok('edit', 'box2', '--rename', 'box');
			expect(await ok('kill', 'box')).toContain('has ended');
			expect(await show()).toMatchObject({ state: '-' });
			expect(readdirSync(work)).toContain('README.md');
			const removed = await ok('delete', 'box', '--yes');
			expect(removed).toContain(`removed the container ${name}`);
			expect([existsSync(folder), scene.containers()]).toEqual([false, []]);
		});

		it('is attached to by two at once, and goes on when one is killed and the other sent back', async () => {
			await create('podman', 'cat');
			outer.open(['runner', 'attach', 'box']);
			await attached(1);
			outer.another(['runner', 'attach', 'box']);
			await attached(2);
			outer.type('said here');
			await outer.shows(/said here/, 1);
			outer.tmux('kill-window', '-t', ':1');
			await attached(1);
			expect(await ok('background', 'box')).toContain('1 terminal was sent back');
			await attached(0);
			expect(await show()).toMatchObject({ state: 'R' });
			expect(await ok('background', 'box')).toContain('Nobody is attached');
			expect(await ok('peek', 'box')).toContain('said here');
		});

		it('that ignores SIGTERM is killed after 10 s, with what it started', async () => {
			await create('podman', 'sh', '-c', "trap '' TERM; setsid sleep 600 & while :; do sleep 1; done");
			await ok('restart', 'box');
			const begun = performance.now();
			expect(await ok('kill', 'box')).toContain('was killed');
			expect(performance.now() - begun).toBeGreaterThan(9_500);
			expect(await show()).toMatchObject({ state: '-' });
		});

		it('that ends by itself says how, and starts again with what is stored then', async () => {
			await create('podman', 'sh', '-c', 'exit 3');
			expect(await ok('restart', 'box')).toContain('It has already ended.');
			expect(await show()).toMatchObject({ state: '-', last_end: '3' });
			await ok('restart', 'box');
			expect(scene.containers()).toHaveLength(1);
		});

		it('keeps what is in its home for the next start and for a clone', async () => {
			await create('podman', 'sh', '-c', 'cat ~/note 2>/dev/null || echo first > ~/note; cat');
			await ok('restart', 'box');
			await ok('restart', 'box', '--force');
			await expect.poll(() => ok('peek', 'box'), { timeout: 60_000 }).toContain('first');
			await ok('clone', 'box', 'copy');
			await ok('restart', 'copy');
			await expect.poll(() => ok('peek', 'copy'), { timeout: 60_000 }).toContain('first');
			expect((await json('list')).runners.map(({ state }: { state: string }) => state)).toEqual(['R', 'R']);
		});

		it('is refused without an image, and says which one is not there; nothing is fetched', async () => {
			const without = await run('create', 'box', '--kind', 'podman', '--', 'cat');
			expect(without.stderr).toContain('A container is made from an image.');
			const wrong = await run('create', 'box', '--image', IMAGE, '--', 'cat');
			expect(wrong.stderr).toContain('Only a container is made from an image.');
			home.configure('[runners]\nimage = "nonesuch"\n');
			await ok('create', 'box', '--kind', 'podman', '--', 'cat');
			const failed = await run('restart', 'box');
			expect(failed).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('podman pull nonesuch') });
			expect(await show()).toMatchObject({ state: '-' });
			await ok('edit', 'box', '--image', IMAGE);
			await ok('restart', 'box');
			expect(await show()).toMatchObject({ state: 'R' });
		});

		it('whose engine does not answer is one marked row', async () => {
			await ok('create', 'here', '--', 'cat');
			await create('docker', 'cat');
			writeFileSync(join(home.bin, 'docker'), '#!/bin/sh\nexec sleep 600\n');
			const { runners } = await json('list');
			const rows = runners.map(({ name, state, problem }: Record<string, string>) => [name, state, problem]);
			expect(rows.sort()).toEqual([
				['box', '?', 'it does not answer'],
				['here', '-', null],
			]);
			home.program('docker', '#!/bin/sh\nexec podman "$@"\n');
		});

		async function attached(count: number): Promise<void> {
			await expect.poll(async () => (await show()).attached, { timeout: 60_000, interval: 50 }).toBe(count);
			if (count === 0)
				await expect.poll(async () => (await show()).locked_by, { timeout: 60_000 }).toBe(null);
		}
	},
);
