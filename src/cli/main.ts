#!/usr/bin/env node
import { runShell } from './shell.ts';
import { leaveQuietly, onSignals } from './signals.ts';

onSignals();
process.stdout.on('error', leaveQuietly);
process.stderr.on('error', leaveQuietly);
process.exitCode = await runShell(process.argv.slice(2), process);
