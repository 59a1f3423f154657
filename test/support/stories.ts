import { suite } from 'uvu';
import type { Team, TeamOptions } from './team.ts';
import { makeTeam } from './team.ts';

export interface Scene {
  base: Team;
  /** As `makeTeam` left it, and for this story alone. */
  team: Team;
}

/** A suite whose team is made once, which takes seconds, and copied for each story, which does not. */
export function stories(name: string, options: TeamOptions = {}) {
  const story = suite<Scene>(name);
  story.before(async (scene) => {
    scene.base = await makeTeam(options);
  });
  story.before.each(async (scene) => {
    scene.team = await scene.base.copy();
  });
  story.after.each(async ({ team }) => {
    await team.cleanup();
  });
  story.after(async (scene: Partial<Scene>) => {
    // Where there is none, what kept it from being made is the failure to be told.
    await scene.base?.cleanup();
  });
  return story;
}
