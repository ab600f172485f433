import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const has = (program: string, flag = '--version') => spawnSync(program, [flag]).status === 0;

/** Why no container can be run here; null: one can. */
export const NO_PODMAN: string | null = !has('podman')
	? 'podman is not installed: apt-get install --no-install-recommends podman runc'
	: process.getuid?.() !== 0
		? 'the tests run podman as root'
		: null;

/** As podman finds it on the user's PATH. */
export const IMAGE = 'relay-test';

/**
 * Podman with its storage in a folder of its own, and an image made of nothing: the programs in it are those of this machine, whose
 * `/usr` is mounted read-only.
 */
export class PodmanScene {
	readonly #folder = mkdtempSync(join(tmpdir(), 'relay-podman-'));

	constructor() {
		const place = (name: string) => JSON.stringify(join(this.#folder, name));
		this.#write('storage.conf', [
			...['[storage]', 'driver = "vfs"', `graphroot = ${place('root')}`, `runroot = ${place('run')}`],
		]);
		// Without these two, podman asks for more than it may have where it has not all rights.
		const files = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
		const processes = execFileSync('cat', ['/proc/sys/kernel/pid_max'], { encoding: 'utf8' }).trim();
		this.#write('containers.conf', [
			...[
				'[containers]',
				`default_ulimits = ["nofile=${files}:${files}", "nproc=${processes}:${processes}"]`,
			],
			'volumes = ["/usr:/usr:ro", "/etc/alternatives:/etc/alternatives:ro"]',
			...['[engine]', 'cgroup_manager = "cgroupfs"', 'events_logger = "none"', 'lock_type = "file"'],
			`tmp_dir = ${place('tmp')}`,
			...(has('runc') ? ['runtime = "runc"'] : []),
		]);
		this.#import();
	}

	/** For whatever calls podman. */
	get env(): Record<string, string> {
		return {
			CONTAINERS_STORAGE_CONF: join(this.#folder, 'storage.conf'),
			CONTAINERS_CONF: join(this.#folder, 'containers.conf'),
		};
	}

	/** What it printed. */
	podman(...args: string[]): string {
		return execFileSync('podman', args, {
			...{ env: { PATH: process.env.PATH ?? '', HOME: this.#folder, ...this.env } },
			...{ cwd: this.#folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
		});
	}

	containers(): string[] {
		return this.podman('ps', '--all', '--format', '{{.Names}}').split('\n').filter(Boolean);
	}

	remove(): void {
		for (const name of this.containers()) this.podman('rm', '--force', name);
		this.podman('rmi', '--force', IMAGE);
		rmSync(this.#folder, { recursive: true, force: true });
	}

	#write(name: string, lines: readonly string[]): void {
		writeFileSync(join(this.#folder, name), `${lines.join('\n')}\n`);
	}

	#import(): void {
		const root = join(this.#folder, 'image');
		for (const name of ['usr', 'etc/alternatives', 'proc', 'sys', 'dev', 'tmp', 'run', 'var/tmp', 'root'])
			mkdirSync(join(root, name), { recursive: true });
		for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
		writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
		writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
		const tar = join(this.#folder, 'image.tar');
		execFileSync('tar', ['-C', root, '-cf', tar, '.']);
		this.podman('import', tar, `${IMAGE}:latest`);
		rmSync(tar);
	}
}
