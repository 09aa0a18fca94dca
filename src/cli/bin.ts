/**
 * The program of the package for npm, whose runtimes do not all have `import.meta.main`.
 *
 * @module
 */

import { runCommand } from "./mod.ts";
import { exitProgram, programArguments } from "./terminal.ts";

exitProgram(await runCommand(programArguments()));
