// Builds the site and serves it on this machine. The address is printed, and opened where there is a browser to open it.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { build, preview } from 'vite';

/** Whether this machine can be asked to open an address; without a desktop there is nobody to ask. */
function canOpen() {
	if (process.env['CI'] !== undefined || process.env['BROWSER'] === 'none') return false;
	if (process.platform === 'darwin' || process.platform === 'win32') return true;
	const hasDesktop = 'DISPLAY' in process.env || 'WAYLAND_DISPLAY' in process.env;
	return hasDesktop && (process.env['PATH'] ?? '').split(path.delimiter).some(hasXdgOpen);
}

function hasXdgOpen(folder) {
	try {
		accessSync(path.join(folder, 'xdg-open'), constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

await build();
// Where the port is taken, Vite takes the next.
const server = await preview({ preview: { port: 4173, open: canOpen() } });
server.printUrls();
