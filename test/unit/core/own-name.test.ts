import { describe, expect, it } from 'vitest';
import { ownName, withOwnName } from '../../../src/core/own-name.ts';

const inFolder = (line: string) => withOwnName(line, ownName('my repo'));

describe('a printed command', () => {
	it('has the folder that was named, quoted for a shell', () => {
		expect(inFolder('Start one: agent-relay run "TASK", or: agent-relay race list')).toBe(
			`Start one: agent-relay -C 'my repo' run "TASK", or: agent-relay -C 'my repo' race list`,
		);
		expect(inFolder('Start one: agent-relay')).toBe("Start one: agent-relay -C 'my repo'");
	});

	it('names no folder twice', () => {
		const line = "Quote it: agent-relay run --directory 'my repo' 'a b'";
		expect(inFolder(line)).toBe(line);
	});

	it('leaves words of somebody else and other programs alone', () => {
		for (const line of [
			'Say it: "agent-relay run \\"x\\" agent-relay show"',
			'.agent-relay/config.toml',
			'agent-relay: no',
		])
			expect(inFolder(line)).toBe(line);
	});

	it('stays as it is where no folder was named', () => {
		expect(withOwnName('agent-relay show', ownName())).toBe('agent-relay show');
	});
});
