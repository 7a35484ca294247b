export * from './base64url.js';
export * from './canonical.js';
export * from './jwk.js';
export * from './jws.js';
export * from './signed.js';
