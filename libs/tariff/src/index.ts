export * from './parse-tariff.js';
export * from './tariff-document.js';
export * from './tariff.js';
