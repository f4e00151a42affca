/** Ed25519, hex. Whoever holds its other half decides what Hearth calls a backend; it is in no repository (docs/catalogue.md). */
export const CATALOG_PUBLIC_KEY = 'a3a6d30e5d18d3555cd6528826fac3f99cd7066ff80867a1b9e62133b7d98901'
