/**
 * OCPI-shaped tariffs: the document as JSON, its checks, and the compiled form that rating reads. Pure.
 */
export * from './ocpi-221.js';
export * from './ocpi-number.js';
export * from './parse-tariff.js';
export * from './tariff-document.js';
export * from './tariff.js';
