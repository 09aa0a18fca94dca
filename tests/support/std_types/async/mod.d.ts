// What this project uses of `@std/async` 1.5; read only where JSR does not answer (see ../../setup.ts).
export * from "./abortable.d.ts";
export * from "./deadline.d.ts";
export * from "./delay.d.ts";
export * from "./retry.d.ts";
