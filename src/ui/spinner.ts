const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;

/** The frame that a spinner shows `elapsedMs` after its start; the caller decides how often to draw. */
export function spinnerFrame(elapsedMs: number): string {
	return FRAMES[Math.floor(Math.max(0, elapsedMs) / FRAME_MS) % FRAMES.length] ?? '⠋';
}
