import { describe, expect, it } from 'vitest';
import type { ProcessResult } from '../../../src/core/processes/run-process.ts';
import {
	type ContainerPlan,
	mustHave,
	probeOf,
	readInspected,
	runWords,
} from '../../../src/runners/engines/container-commands.ts';

const PLAN: ContainerPlan = {
	...{ name: 'agent-relay-r1', image: 'agents', work: '/data/r/work', user: null },
	folders: ['/data/r'],
	limits: { memory: '2g', pids: 512 },
	variables: { HOME: '/data/r/home' },
	passed: ['ANTHROPIC_API_KEY'],
	hosts: [{ name: 'api.test', address: '127.0.0.1' }],
	labels: { 'agent-relay.runner': 'u' },
	command: ['/bin/sh', '/data/r/inside.sh', 'claude'],
};
const said = (over: Partial<ProcessResult> & { out?: string }): ProcessResult => ({
	...{ exitCode: 0, signal: null, stderr: '', timedOut: false, truncated: false },
	...over,
	stdout: Buffer.from(over.out ?? ''),
});

describe('the words that start a container', () => {
	it('give it no rights, and name what is handed in without its value', () => {
		const words = runWords(PLAN).join(' ');
		for (const part of [
			...['--read-only', '--cap-drop ALL', '--security-opt no-new-privileges', '--pull never'],
			...['--memory 2g', '--pids-limit 512', '--network host', '--volume /data/r:/data/r:rw'],
			...['--env ANTHROPIC_API_KEY ', '--env HOME=/data/r/home', '--add-host api.test:127.0.0.1'],
		])
			expect(words).toContain(part);
		expect(words).not.toContain('--user');
		expect(words).not.toContain('--privileged');
		expect(words.endsWith('agents /bin/sh /data/r/inside.sh claude')).toBe(true);
	});

	it('leave out limits that are none, and name the user where that is asked for', () => {
		const words = runWords({ ...PLAN, user: '1000:1000', limits: { memory: null, pids: 0 } }).join(' ');
		expect(words).toContain('--user 1000:1000');
		expect(words).not.toMatch(/--memory|--pids-limit/);
	});
});

describe('what an engine says of containers', () => {
	it('is read as podman and as docker print it; those that are not there stand', () => {
		const out = 'one|true|4711|abc\n/two|false|0|def\n';
		const stderr = 'Error: no such container three\nError: No such container: four\n';
		const found = readInspected(said({ out, exitCode: 125, stderr }));
		if (typeof found === 'string') throw new Error(found);
		expect([...found.keys()]).toEqual(['one', 'two']);
		expect(probeOf(found.get('one'), 2)).toEqual({
			...{ is: 'running', attached: 2, pid: 4711, startedAs: 'abc' },
		});
		expect(probeOf(found.get('two'), 0)).toEqual({ is: 'stopped' });
		expect(probeOf(found.get('three'), 0)).toEqual({ is: 'stopped' });
	});

	it('is why it could not be asked, where it says anything else or nothing', () => {
		const stderr = 'Cannot connect to the Docker daemon at unix:///x.sock.\n';
		expect(readInspected(said({ exitCode: 1, stderr }))).toBe(stderr.trim());
		expect(readInspected(said({ exitCode: null, timedOut: true }))).toBe('it does not answer');
	});

	it.each([
		['podman', 'Error: nonesuch: image not known'],
		['docker', 'docker: Error response from daemon: No such image: nonesuch:latest.'],
	])('leads to the image that %s lacks', (engine, stderr) => {
		const call = () => mustHave(said({ exitCode: 125, stderr }), { engine, image: 'nonesuch' });
		expect(call).toThrow(stderr);
		try {
			call();
		} catch (error) {
			expect(error).toMatchObject({
				hint: `Nothing is fetched for a runner. Fetch it first: ${engine} pull nonesuch`,
			});
		}
	});
});
