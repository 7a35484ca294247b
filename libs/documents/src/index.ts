/**
 * Canonical form (RFC 8785), content hash and detached JWS of documents. SHA-256 comes in as an argument. Pure.
 */
export * from './base64url.js';
export * from './canonical.js';
export * from './jwk.js';
export * from './jws.js';
export * from './signed.js';
