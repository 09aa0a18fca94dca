// What this project uses of `@std/http` 1.1; read only where JSR does not answer (see ../../setup.ts).
export * from "./cookie.d.ts";
export * from "./server_sent_event_stream.d.ts";
export * from "./status.d.ts";
