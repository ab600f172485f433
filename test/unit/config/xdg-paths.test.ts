import { describe, expect, it } from 'vitest';
import { relayPaths } from '../../../src/config/xdg-paths.ts';

describe('relayPaths', () => {
	it('puts everything below HOME by default', () => {
		expect(relayPaths({ HOME: '/home/u' })).toEqual({
			configHome: '/home/u/.config/agent-relay',
			stateHome: '/home/u/.local/state/agent-relay',
			dataHome: '/home/u/.local/share/agent-relay',
			cacheHome: '/home/u/.cache/agent-relay',
			userConfig: '/home/u/.config/agent-relay/config.toml',
			limits: '/home/u/.local/state/agent-relay/limits.json',
			quota: '/home/u/.local/state/agent-relay/quota.json',
			trust: '/home/u/.local/state/agent-relay/trust.json',
			running: '/home/u/.local/state/agent-relay/running',
			witness: '/home/u/.local/state/agent-relay/witness',
		});
	});

	it('obeys absolute XDG variables and ignores relative or empty ones', () => {
		const paths = relayPaths({
			HOME: '/home/u',
			XDG_CONFIG_HOME: '/c',
			XDG_STATE_HOME: 'relative',
			XDG_DATA_HOME: '',
		});
		expect(paths.userConfig).toBe('/c/agent-relay/config.toml');
		expect(paths.stateHome).toBe('/home/u/.local/state/agent-relay');
		expect(paths.dataHome).toBe('/home/u/.local/share/agent-relay');
	});

	it.each([undefined, 'relative', ''])('says so when HOME is %j and no variable helps', (HOME) => {
		expect(() => relayPaths({ HOME })).toThrow(expect.objectContaining({ code: 'bad_config' }));
	});
});
