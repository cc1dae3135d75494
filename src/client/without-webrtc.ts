/**
 * Takes WebRTC from a window: no policy of Chromium names it, and this page has no use for it. It hinders what is written for
 * any page; a script that makes a window of its own finds it there again (docs/trust.md).
 */
export function withoutWebRtc(target: object): void {
	for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'RTCDataChannel'])
		Object.defineProperty(target, name, { value: undefined, writable: false, configurable: false });
}
