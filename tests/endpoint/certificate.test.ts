import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createCertificate } from './certificate.ts';

const noon = new Date(Date.UTC(2026, 10, 21, 12, 0, 0));

test('a certificate vouches for itself, for this machine, for a day around now', () => {
	const certificate = new X509Certificate(createCertificate(noon).cert);
	expect(certificate.verify(certificate.publicKey)).toBe(true);
	expect(certificate.checkHost('localhost')).toBe('localhost');
	expect(certificate.checkHost('example.com')).toBeUndefined();
	expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
	expect(certificate.ca).toBe(true);
	expect([certificate.validFrom, certificate.validTo].map((text) => Date.parse(text))).toEqual([
		noon.getTime() - 86_400_000,
		noon.getTime() + 86_400_000,
	]);
});

test('each is made anew, and can be read whatever its numbers and lengths come out as', () => {
	const made = Array.from({ length: 100 }, () => createCertificate(noon));
	const serials = made.map(({ cert }) => new X509Certificate(cert).serialNumber);
	expect(new Set(serials).size).toBe(100);
	expect(new Set(made.map(({ key }) => key)).size).toBe(100);
});
