/**
 * Canonical form (RFC 8785), content hash and detached JWS of documents, and what meters sign (OCMF). SHA-256 and
 * ECDSA come in as arguments. Pure.
 */
export * from './base64url.js';
export * from './canonical.js';
export * from './jwk.js';
export * from './jws.js';
export * from './ocmf.js';
export * from './signed.js';
