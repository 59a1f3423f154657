import { hash } from 'node:crypto';
import { ArtifactError } from '../artifact/artifact-error.ts';
import { directoryArtifacts, isBelow } from '../artifact/directory.ts';
import type { Artifact } from '../artifact/kind.ts';
import { contentName } from '../artifact/kind.ts';
import type { PathDifference } from '../layout/changed.ts';
import { type Control, directoryOf, type StepControl } from '../layout/control.ts';
import type { Side } from './facts.ts';

/** Artifact name → artifact, as a step's links name them: plain paths and `dir:` names. */
export type StepArtifacts = ReadonlyMap<string, Artifact>;

/** What one commit's tree holds on the paths that one step controls. */
export class StepState {
  readonly control: StepControl;
  readonly paths: ReadonlyMap<string, Artifact>;
  #artifacts: StepArtifacts | undefined;
  #key: string | undefined;

  constructor(control: StepControl, paths: ReadonlyMap<string, Artifact>) {
    this.control = control;
    this.paths = paths;
  }

  /** The same, under the names that links use: a `dir:` artifact stands for all paths below it. */
  get artifacts(): StepArtifacts {
    this.#artifacts ??= this.control.directories.length === 0 ? this.paths : this.#folded();
    return this.#artifacts;
  }

  /** Equal keys, equal content: what the effective link of a step is looked up by. */
  get key(): string {
    this.#key ??= artifactsKey(this.artifacts);
    return this.#key;
  }

  /** Whether `dir:P` has no digest although files lie there: that is not nothing, and no link can have signed it. */
  isUndigested(name: string): boolean {
    const directory = directoryOf(name);
    if (directory === undefined || !this.control.directories.includes(directory)) return false;
    if (this.artifacts.has(name)) return false;
    for (const path of this.paths.keys()) if (isBelow(directory, path)) return true;
    return false;
  }

  with(changes: readonly (readonly [string, Artifact | undefined])[]): StepState {
    const paths = new Map(this.paths);
    for (const [path, artifact] of changes) {
      if (artifact === undefined) paths.delete(path);
      else paths.set(path, artifact);
    }
    return new StepState(this.control, paths);
  }

  #folded(): StepArtifacts {
    const { directories } = this.control;
    const outside = [...this.paths].filter(([path]) => !directories.some((name) => isBelow(name, path)));
    return new Map([...outside, ...directories.flatMap((name) => [...digested(this.paths, name)])]);
  }
}

/** A directory with something in it that has no digest is no artifact: nothing a link says can be equal to it. */
function digested(paths: StepArtifacts, directory: string): StepArtifacts {
  try {
    return directoryArtifacts(paths, [directory]);
  } catch (error) {
    if (error instanceof ArtifactError) return new Map();
    throw error;
  }
}

/** One commit's tree, as far as the layout in force controls it. Never changed in place: commits share what they can. */
export class TreeState {
  readonly control: Control;
  readonly steps: ReadonlyMap<string, StepState>;

  private constructor(control: Control, steps: ReadonlyMap<string, StepState>) {
    this.control = control;
    this.steps = steps;
  }

  static of(control: Control, listing: Iterable<readonly [string, Side]>): TreeState {
    const paths = new Map(control.steps.map((step) => [step.step.name, new Map<string, Artifact>()]));
    for (const [path, side] of listing) {
      if (side.artifact === undefined) continue;
      for (const step of control.stepsOf(path)) paths.get(step.step.name)?.set(path, side.artifact);
    }
    const states = control.steps.map((step) => {
      return [step.step.name, new StepState(step, paths.get(step.step.name) ?? new Map())] as const;
    });
    return new TreeState(control, new Map(states));
  }

  with(differences: readonly PathDifference<Side>[]): TreeState {
    const perStep = new Map<string, [string, Artifact | undefined][]>();
    for (const { path, after } of differences) {
      for (const { step } of this.control.stepsOf(path)) {
        const changes = perStep.get(step.name);
        if (changes === undefined) perStep.set(step.name, [[path, after?.artifact]]);
        else changes.push([path, after?.artifact]);
      }
    }
    if (perStep.size === 0) return this;
    const steps = new Map(this.steps);
    for (const [name, changes] of perStep) {
      const state = steps.get(name);
      if (state !== undefined) steps.set(name, state.with(changes));
    }
    return new TreeState(this.control, steps);
  }

  step(name: string): StepState | undefined {
    return this.steps.get(name);
  }

  /** What the tree has at a controlled path. */
  at(path: string): Artifact | undefined {
    for (const { step } of this.control.stepsOf(path)) {
      const artifact = this.steps.get(step.name)?.paths.get(path);
      if (artifact !== undefined) return artifact;
    }
    return undefined;
  }

  /** What the tree has under an artifact name of that step, `dir:` names included. */
  artifact(step: string, name: string): Artifact | undefined {
    return directoryOf(name) === undefined ? this.at(name) : this.steps.get(step)?.artifacts.get(name);
  }
}

/** Collision-resistant name of a set of artifacts, whatever the order they came in. */
export function artifactsKey(artifacts: Iterable<readonly [string, Artifact]>): string {
  const lines = [...artifacts].map(
    ([name, artifact]) => `${JSON.stringify(name)}\t${contentName(artifact).replace('\0', '\t')}\n`,
  );
  return hash('sha256', lines.sort().join(''));
}
