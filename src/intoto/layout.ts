/** The layout: its parts, and its one door to JSON. Order of its steps by MATCH rules: `match-order.ts`. */
export type { Inspection, Layout, LayoutItem, Step } from './layout-model.ts';
export { LayoutError, type LayoutProblem } from './layout-problem.ts';
export { layoutFromJson } from './layout-reader.ts';
export { type LayoutParts, layoutToJson } from './layout-writer.ts';
