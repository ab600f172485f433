import { describe, expect, it } from 'vitest';
import { ownCommand } from '../../../../src/commands/demo/own-command.ts';

const spelled = (over: Partial<Parameters<typeof ownCommand>[0]>) =>
	ownCommand({
		script: '/src/relay/bin/agent-relay.js',
		folder: '/src/relay',
		onPath: null,
		packageName: '@x/relay',
		...over,
	});

describe('how the reader of a demo starts this program', () => {
	it('is by its name only where the shell finds this very program', () => {
		expect(spelled({ onPath: '/src/relay/bin/agent-relay.js' })).toBe('agent-relay');
		expect(spelled({ onPath: '/usr/lib/other/agent-relay.js' })).toBe('node bin/agent-relay.js');
	});

	it('is by its file in a clone, from there and from elsewhere', () => {
		expect(spelled({})).toBe('node bin/agent-relay.js');
		expect(spelled({ folder: '/home/me/repo' })).toBe('node /src/relay/bin/agent-relay.js');
		expect(spelled({ script: "/it's/bin/agent-relay.js" })).toBe(`node '/it'\\''s/bin/agent-relay.js'`);
	});

	it('is by npx where that ran it', () => {
		const script = '/home/me/.npm/_npx/1a2b/node_modules/@x/relay/bin/agent-relay.js';
		expect(spelled({ script, folder: '/home/me' })).toBe('npx @x/relay');
	});
});
