import { describe, expect, it } from 'vitest';
import { findRunner, freePorts, refuseCollisions } from '../../../src/runners/find-runner.ts';
import { newRunner } from '../../../src/runners/runner-record.ts';
import { requireDnsName, requirePort, requireRunnerName } from '../../../src/runners/runner-rules.ts';
import { isPending, startDigest, stateOf } from '../../../src/runners/runner-state.ts';

type Facts = Parameters<typeof newRunner>[0];
const runner = (over: Partial<Facts>) =>
	newRunner({
		...{ uuid: '11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'api', agent: null, command: ['sh'] },
		...{ kind: 'local', host: null, repo: null, in_place: false, image: null },
		...{ port: 0, protocol: 'tcp', dns_name: null, created_at: '2026-01-01T00:00:00.000Z' },
		...over,
	});
const other = '22222222-bbbb-4bbb-8bbb-bbbbbbbbbbbb';

describe('what is typed', () => {
	it('is a name of letters, digits, - and _ alone', () => {
		for (const name of ['a', 'Api_2-x', 'x'.repeat(64)]) expect(requireRunnerName(name)).toBe(name);
		for (const name of ['', 'a b', '../x', 'ä', 'x'.repeat(65), 'a\n', '\x1b[2J'])
			expect(() => requireRunnerName(name)).toThrow('cannot be the name of a runner');
	});

	it('is a port from 1 to 65535, none, or the first free one', () => {
		expect(['', '0', ' ', '-1', '53', '65535'].map(requirePort)).toEqual([0, 0, 0, 'first_free', 53, 65_535]);
		for (const port of ['65536', '-2', '1.5', '0x10', '1e3', 'tcp'])
			expect(() => requirePort(port)).toThrow('is not a port');
	});

	it('is a DNS name of lowercase labels', () => {
		expect(requireDnsName('')).toBe(null);
		for (const name of ['api', 'a.b-c.d1']) expect(requireDnsName(name)).toBe(name);
		for (const name of ['Api', '-a', 'a-', 'a..b', 'a_b', 'a b', `${'x'.repeat(64)}`, 'a\n127.0.0.1 bank'])
			expect(() => requireDnsName(name)).toThrow('is not a DNS name');
	});
});

describe('a runner', () => {
	it('is found by its name, else by the start of its uuid', () => {
		const two = [runner({}), runner({ uuid: other, name: 'web' })];
		expect(findRunner('web', two).uuid).toBe(other);
		expect(findRunner('2222', two).name).toBe('web');
		expect(() => findRunner('222', two)).toThrow('There is no runner 222. There are: api, web.');
		const alike = [runner({}), runner({ uuid: other })];
		expect(() => findRunner('api', alike)).toThrow('2 runners are meant by api.');
		expect(findRunner('2222', alike).uuid).toBe(other);
	});

	it('has its port for its protocol and host, and its DNS name, alone', () => {
		const others = [runner({ port: 53, dns_name: 'api' })];
		const wanted = { port: 53, protocol: 'tcp', dns_name: null, host: null } as const;
		expect(() => refuseCollisions(wanted, others)).toThrow('The port 53/tcp is that of the runner api.');
		expect(() => refuseCollisions({ ...wanted, protocol: 'udp' }, others)).not.toThrow();
		expect(() => refuseCollisions({ ...wanted, host: 'far' }, others)).not.toThrow();
		expect(() => refuseCollisions({ ...wanted, host: 'far', dns_name: 'api' }, others)).toThrow(
			'DNS name api',
		);
		const [first] = freePorts({ protocol: 'tcp', host: null }, [runner({ port: 1001 })]);
		expect(first).toBe(1002);
	});

	it('is in the state that was seen', () => {
		const running = (attached: number) => ({ is: 'running', attached, pid: 1, startedAs: '' }) as const;
		const held = { is: 'held', holder: null, isKnownAlive: false } as const;
		expect(stateOf({ is: 'stopped' }, { is: 'free' })).toBe('-');
		expect(stateOf({ is: 'stopped' }, { is: 'dead', holder: null })).toBe('-');
		expect(stateOf({ is: 'stopped' }, held)).toBe('L');
		expect(stateOf(running(0), held)).toBe('R');
		expect(stateOf(running(2), { is: 'free' })).toBe('C');
		expect(stateOf({ is: 'unknown', why: '' }, held)).toBe('?');
	});

	it('waits for a restart where what it was started with was edited', () => {
		const before = runner({ port: 1 });
		const probe = { is: 'running', attached: 0, pid: 1, startedAs: startDigest(before) } as const;
		expect(isPending({ ...before, last_accessed: '2026' }, probe)).toBe(false);
		expect(isPending({ ...before, port: 2 }, probe)).toBe(true);
		expect(isPending({ ...before, port: 2 }, { is: 'stopped' })).toBe(false);
	});
});
