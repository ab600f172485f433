/** Loaded before each test file: a process warning of what it calls fails the run. */

function failOnWarning({ name, message }: Error): void {
	throw new Error(`a process warning, which users would see: ${name}: ${message}`);
}

// Test files without isolation share one process.
if (!process.listeners('warning').some((listener) => listener.name === failOnWarning.name))
	process.on('warning', failOnWarning);
