import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

type Needs = Record<string, string>;
interface Entry {
	name?: string;
	version?: string;
	dev?: boolean;
	dependencies?: Needs;
	optionalDependencies?: Needs;
}
interface Lock {
	lockfileVersion: number;
	packages: Record<string, Entry>;
}
interface Manifest {
	name: string;
	version: string;
	dependencies: Needs;
	devDependencies: Needs;
}

const root = resolve(import.meta.dirname, '../../..');
const { lockFor }: { lockFor: (lock: Lock, manifest: Manifest) => Lock } = await import(
	resolve(root, 'scripts/lock-for.mjs')
);
const readJson = (name: string) => JSON.parse(readFileSync(resolve(root, name), 'utf8'));

const MANIFEST = {
	name: 'own',
	version: '1.0.0',
	dependencies: { a: '1' },
	devDependencies: { rolldown: '2', t: '3' },
};
const lockWith = (packages: Record<string, Entry>): Lock => ({ lockfileVersion: 3, packages });

describe('the part of the lock file that a demo needs', () => {
	it('has the run-time packages and the build tool, with all that these need, and no other tool', () => {
		const lock = lockWith({
			'': { name: 'own' },
			'node_modules/a': {
				version: '1',
				dependencies: { b: '1' },
				optionalDependencies: { mac: '1', gone: '1' },
			},
			'node_modules/a/node_modules/b': { version: '1.1', dependencies: { c: '1' } },
			'node_modules/b': { version: '9' },
			'node_modules/c': { version: '1' },
			'node_modules/mac': { version: '1' },
			'node_modules/rolldown': { version: '2', dev: true, dependencies: { '@x/types': '1' } },
			'node_modules/@x/types': { version: '1', dev: true },
			'node_modules/t': { version: '3', dev: true },
		});
		const { packages } = lockFor(lock, MANIFEST);
		expect(Object.keys(packages).sort()).toEqual([
			'',
			'node_modules/@x/types',
			'node_modules/a',
			'node_modules/a/node_modules/b',
			'node_modules/c',
			'node_modules/mac',
			'node_modules/rolldown',
		]);
		expect(packages['']).toEqual({ name: 'own', version: '1.0.0', dependencies: { a: '1', rolldown: '2' } });
		// npm would leave out what is marked so.
		expect(Object.values(packages).filter(({ dev }) => dev)).toEqual([]);
	});

	it('has of the SDK only what a server on stdio loads', () => {
		const lock = lockWith({
			'node_modules/@modelcontextprotocol/sdk': {
				version: '1',
				dependencies: { ajv: '8', express: '5', zod: '4' },
			},
			'node_modules/ajv': { version: '8' },
			'node_modules/express': { version: '5', dependencies: { router: '2' } },
			'node_modules/router': { version: '2' },
			'node_modules/zod': { version: '4' },
			'node_modules/rolldown': { version: '2' },
		});
		const { packages } = lockFor(lock, { ...MANIFEST, dependencies: { '@modelcontextprotocol/sdk': '1' } });
		expect(Object.keys(packages).sort()).toEqual([
			'',
			'node_modules/@modelcontextprotocol/sdk',
			'node_modules/ajv',
			'node_modules/rolldown',
			'node_modules/zod',
		]);
		// npm refuses a lock file that lacks what an entry names.
		const sdk = packages['node_modules/@modelcontextprotocol/sdk'];
		expect(sdk?.dependencies).toEqual({ ajv: '8', zod: '4' });
	});

	it('is not made of a lock file that lacks a package', () => {
		const lock = lockWith({ 'node_modules/a': {} });
		expect(() => lockFor(lock, MANIFEST)).toThrow(
			'package-lock.json does not name rolldown, which own needs',
		);
	});

	it('of this project is a fraction of all', () => {
		const lock = readJson('package-lock.json');
		const manifest = readJson('package.json');
		const names = Object.keys(lockFor(lock, manifest).packages);
		for (const name of Object.keys(manifest.dependencies)) expect(names).toContain(`node_modules/${name}`);
		for (const tool of ['typescript', 'vitest', '@biomejs/biome'])
			expect(names).not.toContain(`node_modules/${tool}`);
		expect(names.length).toBeLessThan(Object.keys(lock.packages).length / 2);
	});
});
